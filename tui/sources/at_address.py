"""Manifests at an address, as `argo submit https://…` takes them: one request, bounded.

Nothing of ours is sent along, and what is said of an address names neither its login nor its query.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tui.errors import InputError

LARGEST = 16 << 20
"""Bytes that are read."""
AT_MOST = 30.0
"""Seconds for all of it."""
SILENCE = 10.0
"""Seconds without a byte."""
PIECE = 1 << 16


def name_of(address: str) -> str:
    """An address as sentences name it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "this address"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def read(address: str, *, clock: Callable[[], float] = time.monotonic) -> bytes:
    """What is there. Raises: InputError where that is nothing, too much, or takes too long."""
    # Heavy, and few give an address.
    from http.client import HTTPException
    from urllib import request
    from urllib.error import HTTPError, URLError

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPErrorProcessor(),
        request.HTTPDefaultErrorHandler(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    name, end = name_of(address), clock() + AT_MOST
    pieces: list[bytes] = []
    size = 0
    try:
        with opener.open(address, timeout=SILENCE) as answer:
            while piece := answer.read1(PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise InputError(f"{name}: this is larger than {LARGEST >> 20} MiB")
                if clock() > end:
                    raise InputError(f"{name}: this takes longer than {AT_MOST:.0f} s")
    except HTTPError as error:
        error.close()
        raise InputError(f"{name}: the server answers {error.code} {error.reason}") from error
    except (URLError, OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"{name}: cannot be read: {reason}") from error
    return b"".join(pieces)
