"""Packing and unpacking artifacts: gzipped tar archives and zip archives (argo.md 8.4).

What is packed is always the same bytes, so that the same seed makes the same bucket.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib

TAR, ZIP = ".tgz", ".zip"
CONTENT_TYPES = {TAR: "application/gzip", ZIP: "application/zip"}
_GZIP, _PK = b"\x1f\x8b", b"PK"
_EPOCH = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What these libraries raise for bytes that are no archive, or only the half of one."""


def packed(ending: str, base: str, content: dict[str, bytes]) -> bytes:
    """One file (under "") or a folder as an archive, below the name it had."""
    named = {f"{base}/{inner}" if inner else base: data for inner, data in content.items()}
    return _zip(named) if ending == ZIP else _tar(named)


def _tar(named: dict[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(named.items()):
            member = tarfile.TarInfo(name)
            if name.endswith("/"):
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)


def _zip(named: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in sorted(named.items()):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return made.getvalue()


def unpacked(data: bytes, *, zipped: bool) -> dict[str, bytes] | None:
    """The files of an archive by their paths below its first folder; None for what is none.

    A tar archive is known by itself, a zip archive only to who says that it is one.
    """
    try:
        if zipped and data.startswith(_PK):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return {
                    _inner(each.filename): archive.read(each)
                    for each in archive.infolist()
                    if not each.is_dir()
                }
        if data.startswith(_GZIP):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                members = [(each.name, tar.extractfile(each)) for each in tar if each.isfile()]
                return {_inner(name): file.read() for name, file in members if file is not None}
    except BROKEN:
        return None
    return None


def _inner(name: str) -> str:
    return name.partition("/")[2]
