"""Nodes that came compressed in `status.compressedNodes` (argo.md 1.4).

The compression is told by the first bytes, not by a field: gzip, zstd, else brotli, which has no
mark of its own. zstd and brotli need a package that not everybody has; the error names it.
"""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from collections.abc import Callable

from tui.errors import InputError

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_MAGIC = b"\x1f\x8b"

LARGEST = 256 * 1024 * 1024
"""More than this is no workflow: etcd keeps 1.5 MB of it, and JSON of nodes shrinks ten times."""


def unpack(text: str, *, largest: int = LARGEST) -> bytes:
    """The JSON of the node map.

    Raises: InputError when it is no base64, no known compression, too large, or a package lacks.
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"compressedNodes is not base64: {error}") from error
    name, read = _reader(packed)
    try:
        data = read(packed, largest)
    except ImportError as error:
        raise InputError(
            f"the nodes of this workflow are compressed with {name}, which needs another package",
            hint=f"pip install 'argo-tui[{name}]'",
        ) from error
    except (zlib.error, EOFError, OSError) as error:
        raise InputError(f"compressedNodes cannot be unpacked as {name}: {error}") from error
    if len(data) > largest:
        raise InputError(f"compressedNodes unpacks to more than {largest} bytes")
    return data


def pack(data: bytes) -> str:
    """Compress the JSON of a node map as the controller does by default."""
    maker = zlib.compressobj(9, zlib.DEFLATED, 31)
    return base64.b64encode(maker.compress(data) + maker.flush()).decode("ascii")


def _reader(packed: bytes) -> tuple[str, Callable[[bytes, int], bytes]]:
    if packed.startswith(ZSTD_MAGIC):
        return "zstd", _zstd
    if packed.startswith(GZIP_MAGIC):
        return "gzip", _gzip
    return "brotli", _brotli


def _gzip(packed: bytes, largest: int) -> bytes:
    reader = zlib.decompressobj(31)
    data = reader.decompress(packed, largest + 1)
    if not reader.eof and len(data) <= largest:
        raise EOFError("it ends too early")
    return data


def _zstd(packed: bytes, largest: int) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as reader:
            data: bytes = reader.read(largest + 1)
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from error
    return data


def _brotli(packed: bytes, largest: int) -> bytes:
    import brotli

    reader = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    try:
        # Small pieces keep a bomb from unpacking whole before its size is looked at.
        for at in range(0, len(packed), 1024):
            piece = reader.process(packed[at : at + 1024])
            pieces.append(piece)
            size += len(piece)
            if size > largest:
                break
        if size <= largest and not reader.is_finished():
            raise EOFError("it ends too early")
    except brotli.error as error:
        raise OSError(str(error)) from error
    return b"".join(pieces)
