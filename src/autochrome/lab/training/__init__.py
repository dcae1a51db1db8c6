"""Training: the run, its steps, its checkpoints and its logs."""
