"""What differs between an original and its coloured result, and whether a note says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Comparison:
    """What differs between original and result. `wrong` is what no note mentions."""

    said: Mapping[str, str]  # what can be lost → words of a note that says so
    notes: tuple[str, ...] = ()
    differs: dict[str, str] = field(default_factory=dict)  # what → how
    unseen: str = ""  # why an independent decoder cannot judge the lightness

    @property
    def wrong(self) -> dict[str, str]:
        """What differs without a word."""
        text = "\n".join(self.notes)
        return {what: how for what, how in self.differs.items() if not re.search(self.said[what], text)}

    @property
    def verdict(self) -> str:
        """right: nothing to say; noted: something was said, and nothing else differs; wrong."""
        return "wrong" if self.wrong else "noted" if self.notes else "right"
