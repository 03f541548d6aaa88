"""What the demo cluster needs besides the program itself: the extra `demo` of the package."""

from __future__ import annotations

from importlib.util import find_spec

from tui.errors import NotInstalled

LIBRARIES = ("aiohttp", "cryptography")
INSTALL = (
    "install argo-tui with its extra `demo`: pip install 'argo-tui[demo]', or "
    "pip install '.[demo]' in a checkout"
)


def check_installed() -> None:
    """Raises NotInstalled, with what to install, where the extra is not installed."""
    missing = [library for library in LIBRARIES if find_spec(library) is None]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        what = f"the demo cluster needs {' and '.join(missing)}, which {are} not installed"
        raise NotInstalled(what, hint=INSTALL)
