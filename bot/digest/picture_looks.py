"""How everything that a digest's pictures show looks: colours that read the same in both themes, and sizes for a phone. Pure."""

GROUND, INK, FAINT, GRID, STRESS = "#fbfaf7", "#1d1c1d", "#55534f", "#dcd9d2", "#a3161c"
"""An opaque ground of its own, so that it reads the same in the light and in the dark theme."""
DOT = "#1f6fb4"
HUGE, LARGE, NORMAL = 32, 26, 23


def clipped(text: str, length: int) -> str:
    """A text of so many characters at most."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
