"""When a certificate ends, read from its file without a library (RFC 5280, X.690).

Python's own ssl tells it only of the other side's. A certificate is nested values of a type, a
length and content; the two times of its validity are the fourth or fifth part of its first part.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE = 0x30
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18


def end_of(pem: str) -> datetime | None:
    """The end of the first certificate of a text, in UTC; None where there is none to be read."""
    found = _PEM.search(pem)
    if found is None:
        return None
    try:
        data = base64.b64decode("".join(found[1].split()), validate=True)
        ((_, certificate),) = _parts(data)
        (_, told), *_ = _parts(certificate)
        for tag, content in _parts(told):
            if tag == _SEQUENCE and (times := _times(content)):
                return times[1]
    except (binascii.Error, ValueError, IndexError, UnicodeDecodeError):
        pass  # a file that is something else says nothing of an end
    return None


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of each value. Raises: ValueError for what is cut off."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[start : start + count])
            start += count
        if start + length > len(data):
            raise ValueError("it ends too early")
        yield tag, data[start : start + length]
        at = start + length


def _times(content: bytes) -> list[datetime]:
    """Both times, if this is a validity; else nothing."""
    parts = list(_parts(content))
    if len(parts) != 2 or any(tag not in (_UTC_TIME, _GENERALIZED_TIME) for tag, _ in parts):
        return []
    return [_time(tag, text.decode("ascii")) for tag, text in parts]


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:
        # Two digits of a year are of 1950 to 2049 (RFC 5280, 4.1.2.5.1).
        text = f"{'19' if text[:2] >= '50' else '20'}{text}"
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
