"""Thin routes: words in, one call, an answer out."""
