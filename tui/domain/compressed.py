"""Nodes that came compressed in `status.compressedNodes` (argo.md 1.4).

The compression is recognized by the first bytes: gzip, zstd, or else brotli, which has no
magic number. zstd and brotli need an optional package, which the error names.
"""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from collections.abc import Callable, Iterator

from tui.errors import InputError

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_MAGIC = b"\x1f\x8b"

LARGEST = 256 << 20
"""Maximum size: etcd stores at most 1.5 MB, and JSON of nodes compresses about ten times."""

KEPT = 16 << 20
"""Bytes that are kept while the size is counted; larger content is unpacked twice."""

PIECE = 1 << 20
"""Bytes that are unpacked at once."""


def unpack(text: str, *, largest: int = LARGEST) -> bytes:
    """The JSON of the node map.

    Content that is too large is never held in memory: a few kB can unpack to gigabytes.
    Raises: InputError if it is not base64, too large, of unknown compression, or lacks a package.
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"compressedNodes is not base64: {error}") from error
    name, read = _reader(packed)
    try:
        data = _held(read, packed, largest)
    except ImportError as error:
        raise InputError(
            f"the nodes of this workflow are compressed with {name}, which needs another package",
            hint=f"pip install 'argo-tui[{name}]'",
        ) from error
    except (zlib.error, EOFError, OSError) as error:
        raise InputError(f"compressedNodes cannot be unpacked as {name}: {error}") from error
    if data is None:
        raise InputError(f"compressedNodes unpacks to more than {largest} bytes")
    return data


Pieces = Callable[[bytes], Iterator[bytes]]
"""Unpacks, in pieces of about `PIECE`."""


def _held(read: Pieces, packed: bytes, largest: int) -> bytes | None:
    """The unpacked content; None if it is larger than `largest`."""
    kept: list[bytes] = []
    size = 0
    for piece in read(packed):
        size += len(piece)
        if size > largest:
            return None
        if size <= KEPT:
            kept.append(piece)
        else:
            kept.clear()
    return b"".join(kept) if size <= KEPT else b"".join(read(packed))


def pack(data: bytes) -> str:
    """Compress the JSON of a node map as the controller does by default."""
    maker = zlib.compressobj(9, zlib.DEFLATED, 31)
    return base64.b64encode(maker.compress(data) + maker.flush()).decode("ascii")


def _reader(packed: bytes) -> tuple[str, Pieces]:
    if packed.startswith(ZSTD_MAGIC):
        return "zstd", _zstd
    if packed.startswith(GZIP_MAGIC):
        return "gzip", _gzip
    return "brotli", _brotli


def _gzip(packed: bytes) -> Iterator[bytes]:
    reader = zlib.decompressobj(31)
    rest = packed
    while not reader.eof:
        piece = reader.decompress(rest, PIECE)
        rest = reader.unconsumed_tail
        if not piece and not rest and not reader.eof:
            raise EOFError("it ends too early")
        yield piece


def _zstd(packed: bytes) -> Iterator[bytes]:
    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as reader:
            while piece := reader.read(PIECE):
                yield piece
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from error


def _brotli(packed: bytes) -> Iterator[bytes]:
    import brotli

    reader = brotli.Decompressor()
    try:
        yield reader.process(packed, output_buffer_limit=PIECE)
        while not reader.is_finished() and not reader.can_accept_more_data():
            yield reader.process(b"", output_buffer_limit=PIECE)
    except brotli.error as error:
        raise OSError(str(error)) from error
    if not reader.is_finished():
        raise EOFError("it ends too early")
