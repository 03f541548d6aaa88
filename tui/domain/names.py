"""Which texts can be the name of an object, and names as parts of a path.

An empty name would turn the path of one object into that of all of them, and `..` into another one:
`DELETE …/workflows/` deletes a collection. So names are checked where they come in, and again where
a path is made of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from tui.errors import InputError

ALL = "all"
"""What people write for every namespace."""


def name_fault(text: str) -> str:
    """Why this cannot be a part of a path, as the end of a sentence; "" if it can.

    What characters the names of a kind may have is for the server to say.
    """
    if not text.strip():
        return "is empty"
    if not is_utf8(text):
        return "is not UTF-8"
    if text in (".", ".."):
        return f"cannot be {text}"
    return ""


def typed_fault(text: str) -> str:
    """What is wrong with a typed name, which must be one that Kubernetes can have."""
    found = next((char for char in "/%" if char in text), "")
    if found:
        return f"cannot have a {found} in it"
    fault = name_fault(text)
    return fault or ("" if text.isprintable() else "holds characters that cannot be printed")


def is_utf8(text: str) -> bool:
    """Whether it can be written as UTF-8; bytes of a command line that are not cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def check_name(text: str, what: str = "the name") -> None:
    """Raises: InputError for a name that cannot be one; `what` is what to call it."""
    fault = name_fault(text)
    if fault:
        raise InputError(f"{what} {fault}")


def path_part(text: str, what: str = "the name") -> str:
    """A name as one part of a path; `what` is what to call it. Raises: InputError."""
    check_name(text, what)
    return quote(text, safe="")


def alike(name: str, names: Iterable[str]) -> str:
    """The name that is most like a mistyped one; "" if none is."""
    from difflib import get_close_matches  # only for what is wrong, and takes 2 ms

    # People write underscores, capitals, British or American spelling.
    by_letters = {_letters(other): other for other in names}
    found = get_close_matches(_letters(name), by_letters, n=1, cutoff=0.6)
    return by_letters[found[0]] if found else ""


def _letters(name: str) -> str:
    return name.replace("-", "").replace("_", "").casefold()
