"""Hints: the file that people write, and hints read from a coloured reference picture."""
