"""Jobs: a queue on disk, and one process for each job that runs."""
