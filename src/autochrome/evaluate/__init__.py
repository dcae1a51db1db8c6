"""How good is it? Metrics, the baselines beside them, and a page to read."""
