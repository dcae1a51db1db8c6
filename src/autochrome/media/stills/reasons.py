"""What a library says about a damaged file, if it is in words that help a person; else nothing."""

import re

_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)
_LIBRARY = re.compile(r"^(?:\w*(?:vips|load|heif|webp|png|jpeg|tiff)\w*: )+", re.IGNORECASE)
_GENERAL = re.compile(r"^(?:Invalid input|Unsupported feature|Unspecified): ", re.IGNORECASE)
_CODE = re.compile(r"\s*\(\d+\.\d+\)$")
_INNER = re.compile(
    r"_|0x|unable to|not open|unspecified|plugin|plug-in|\d{6}|no reason|: \w+ error|index out|image item of",
    re.IGNORECASE,
)
_LONGEST = 90  # characters


def in_brackets(text: str) -> str:
    """The most useful line of a library's complaint, as ' (…)'; '' if only its programmers understand it."""
    lines = [line.strip() for line in text.splitlines()]
    why = next((line for line in reversed(lines) if _WORD.search(line)), "")
    why = _CODE.sub("", _LIBRARY.sub("", why))
    while _GENERAL.match(why):
        why = _GENERAL.sub("", why)
    why = why.rstrip(".")
    return f" ({why})" if why and len(why) <= _LONGEST and not _INNER.search(why) else ""
