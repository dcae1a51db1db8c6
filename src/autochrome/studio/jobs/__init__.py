"""Jobs: a queue on disk, and a process that does the jobs."""
