"""Regular expressions that operators write: RE2's, which takes time in proportion to the text, whatever they say.

Python's own may need longer than anybody lives for a few characters, and hold the whole bot meanwhile. Look-around and
back-references are the price.
"""

from functools import lru_cache
from typing import Any


def pattern(value: str) -> str:
    """A regular expression. Raises `ValueError` where it is none."""
    from re2 import error as NotOne  # noqa: N812 - late: it takes memory, and few settings need it

    try:
        _compiled(value)
    except NotOne as error:
        why = error.args[0].decode("utf-8", "replace")
        raise ValueError(f"{value!r} is no regular expression as RE2 has them: {why}") from None
    return value


def fits(expression: str, text: str) -> bool:
    """Whether it fits somewhere in a text."""
    return _searched(expression, text) is not None


def found(expression: str, text: str) -> str | None:
    """What the expression's first group holds where it fits first, or all that fits if it has none; None: nothing."""
    match = _searched(expression, text)
    if match is None:
        return None
    held: bytes | None = match[1 if _compiled(expression).groups else 0]
    return None if held is None else held.decode("utf-8", "replace")  # RE2's \C takes single bytes


def _searched(expression: str, text: str) -> Any:
    return _compiled(expression).search(text.encode("utf-8", "replace"))  # JSON may hold halves of characters


@lru_cache(maxsize=1000)
def _compiled(expression: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options)
