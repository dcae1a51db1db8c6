"""Words of messages that depend on a number."""


def count(number: int, noun: str) -> str:
    """'1 shot', '2 shots'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
