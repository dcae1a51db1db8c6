"""Films: the pipeline, and everything it stands on. Read `pipeline.py` first."""
