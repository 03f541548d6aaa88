"""Where our files are, in a checkout as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def styles() -> Path:
    """The folder of `.tcss` files: inside the package when installed, beside it in a checkout."""
    return next(path for path in (_HERE / "styles", _HERE.parent / "styles") if path.is_dir())
