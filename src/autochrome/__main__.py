"""`python -m autochrome` is the command line."""

from autochrome.cli import main

main()
