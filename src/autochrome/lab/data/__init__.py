"""Training data: gathering pictures, reading them, and making batches of samples."""
