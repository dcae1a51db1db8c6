"""Films: the pipeline and its parts. Read `pipeline.py` first."""
