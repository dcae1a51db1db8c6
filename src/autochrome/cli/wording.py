"""Words of messages that depend on a number, and names that are safe to print."""

import unicodedata

_UNSAFE = ("Cc", "Cf", "Cs")  # control characters, marks of direction, bytes that are no text


def count(number: int, noun: str) -> str:
    """'1 shot', '2 shots'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def escape(text: str) -> str:
    """The text in one line, without characters that control a terminal: a file name may hold any."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSAFE else char
        for char in text
    )
