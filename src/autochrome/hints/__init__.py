"""Hints: known colours, from marks in a hints file, from a coloured image itself, or from a reference."""

from autochrome.hints.file import HintsFile, KeyFrame, Reference, load_hints
from autochrome.hints.source import HintsSource, OpenedHints, open_hints, with_references

__all__ = [
    "HintsFile",
    "HintsSource",
    "KeyFrame",
    "OpenedHints",
    "Reference",
    "load_hints",
    "open_hints",
    "with_references",
]
