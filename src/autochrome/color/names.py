"""Colours as people write them: `#rrggbb`, `#rgb`, `grey`, the swatches of the studio, the colour names of CSS."""

from difflib import get_close_matches

SWATCHES = {
    "fair skin": "#d9a384",
    "tanned skin": "#b97f58",
    "dark skin": "#7d5138",
    "fair hair": "#b99a63",
    "brown hair": "#6b4a33",
    "lips": "#b5605c",
    "sky": "#7fa6d6",
    "sea": "#4d7f8f",
    "grass": "#6d8a3f",
    "leaves": "#4e7442",
    "earth": "#84664a",
    "sand": "#cdb184",
    "wood": "#9a6b3f",
    "brick": "#a5543f",
    "slate": "#6f7f8c",
    "navy": "#34456f",
    "denim": "#5b7aa0",
    "khaki": "#8f8759",
    "red": "#b83a32",
    "gold": "#c69a3c",
}
"""The common colours of the studio's page (`studio/static/js/palette.js`)."""


def read_color(text: str) -> str:
    """`#rrggbb` of a colour, or `grey`. Raises ValueError with a sentence.

    Upper case, spaces, hyphens and underscores in a name do not matter. Where a swatch and CSS share a name (red, gold,
    khaki, navy), the swatch counts: CSS means the strongest colour of a screen, which few things have.
    """
    import webcolors  # here, because few calls need it

    if text.startswith("#"):
        try:
            return str(webcolors.normalize_hex(text))
        except ValueError:
            raise ValueError(f"{text!r} is no colour; after # follow 3 or 6 of the digits 0…9, a…f") from None
    name = _key(text)
    if name in ("grey", "gray"):
        return "grey"
    swatches = {_key(swatch): color for swatch, color in SWATCHES.items()}
    if name in swatches:
        return swatches[name]
    try:
        return str(webcolors.name_to_hex(name))
    except ValueError:
        close = get_close_matches(name, [*swatches, *webcolors.names()], n=1)
        advice = (
            f"did you mean {close[0]}?" if close else "give #rrggbb, grey, or a name such as sky or olive"
        )
        raise ValueError(f"{text!r} is no colour; {advice}") from None


def _key(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter not in " -_")
