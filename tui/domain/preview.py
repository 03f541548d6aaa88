"""What to show of an artifact, made from its first bytes.

Nothing here asks for more bytes, and nothing unpacks more than a fixed amount, so a hostile archive
costs no more than a small text. Whatever is cut says how much is shown of how much, `at least`
where nobody can know. Escape sequences and the like are left in: who draws cleans.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from dataclasses import dataclass

import msgspec

from tui.domain.artifact import Kind, is_text, kind_by_bytes, kind_by_name
from tui.domain.encodings import encoding_of, guessed_text, marked_text
from tui.domain.grid import grid_lines, rows_of_csv
from tui.domain.location import ArchiveFormat

UNPACKED = 4 << 20
"""Maximum number of bytes that are unpacked."""

MEMBERS = 1000
"""Maximum number of names of an archive that are listed."""

HEX = 1024
"""Maximum number of bytes of binary content that are shown."""

ARCHIVES = frozenset({"tgz", "tar", "gzip", "zip"})


@dataclass(frozen=True, slots=True)
class Preview:
    """The text to show, its kind, and a note about it."""

    text: str
    kind: Kind
    note: str = ""
    """`first 64 KiB of 3 MiB`, `the only file of model.tgz`; "" when it is simply all of it."""
    is_cut: bool = False
    """Whether the content is longer than what is shown."""
    raw: str = ""
    """The text as it is written, where what is shown is made of it; "" where it is the same."""


def preview(first: bytes, size: int, name: str, *, at_least: bool = False) -> Preview:
    """The preview of content with this size and name that begins with these bytes.

    `at_least` says that nobody knows how much more there is.
    """
    kind = kind_of_content(first, name)
    is_whole = len(first) >= size
    if kind in ("tgz", "gzip"):
        return _unpacked(first, size, name)
    if kind == "tar":
        return _of_tar(first, size, name, kind, is_whole=is_whole)
    if kind == "zip":
        return _of_zip(first, size, name)
    return _plain(first, size, kind, name, at_least=at_least)


def kind_of_content(first: bytes, name: str) -> Kind:
    """The kind of content: the bytes decide how it is shown, the name how it is called."""
    named, seen = kind_by_name(name), kind_by_bytes(first)
    if not first:
        return named or "text"
    if seen == "tgz":
        return "gzip" if named == "gzip" else "tgz"
    if seen == "binary" and (found := _in_another_encoding(first)) is not None:
        seen = kind_by_bytes(found[0].encode())
    if seen in ("zip", "image", "tar", "parquet", "binary"):
        return seen
    if named in ("csv", "text", "json"):
        return named
    return seen


def size_text(size: int) -> str:
    """A readable size: `4.1 KiB`, `210 MiB`."""
    if size < 1024:
        return f"{size} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        value /= 1024
        if value < 1023.95 or unit == "TiB":
            break
    return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"


def _plain(
    first: bytes, size: int, kind: Kind, name: str = "", *, at_least: bool = False
) -> Preview:
    """Content that is not packed; `at_least` says that there may be more than `size`."""
    is_cut = len(first) < size or at_least
    whole = f"{'at least ' if at_least else ''}{size_text(size)}"
    note = f"first {size_text(len(first))} of {whole}" if is_cut else ""
    if not first:
        return Preview("", kind, note or "empty", is_cut)
    found = _in_another_encoding(first) if kind in ("text", "json", "csv") else None
    if found is not None:
        note = f"{note}, {found[1]}".removeprefix(", ")
        first = found[0].encode()
    if kind in ("binary", "image", "parquet") or not is_text(first):
        return _hexadecimal(first, whole, kind, is_cut=is_cut or size > HEX)
    if kind == "json" and not is_cut:
        try:
            text = _decoded(first)
            return Preview(msgspec.json.format(first, indent=2).decode(), kind, note, raw=text)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return Preview(_decoded(first), kind, "not valid JSON, shown as it is")
    text = _decoded(first)
    rows = rows_of_csv(text, name, is_cut=is_cut) if kind == "csv" else None
    if rows:
        return Preview(grid_lines(rows), kind, _counted(len(rows) - 1, note), is_cut, raw=text)
    return Preview(text, kind, note, is_cut)


def _in_another_encoding(first: bytes) -> tuple[str, str] | None:
    """What is not in UTF-8 as text, and in which encoding; None for what is, and for no text."""
    text = marked_text(first)
    if text is not None:
        return text, encoding_of(first).upper()
    found = None if is_text(first) else guessed_text(first)
    return None if found is None else (found[0], f"read as {found[1]}")


def _counted(rows: int, note: str) -> str:
    counted = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    return f"{counted}, {note}" if note else counted


def _hexadecimal(first: bytes, whole: str, kind: Kind, *, is_cut: bool, why: str = "") -> Preview:
    """The first bytes of something that is `whole` large, and why it is shown so."""
    shown = f", first {size_text(min(HEX, len(first)))} in hexadecimal" if is_cut else ""
    return Preview(hex_lines(first[:HEX]), kind, f"{whole}{shown}{_more(why)}", is_cut)


def hex_lines(data: bytes) -> str:
    """Bytes as hexadecimal and as letters, sixteen a line."""
    lines = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        letters = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{at:08x}  {row.hex(' '):<47}  {letters}")
    return "\n".join(lines)


def _decoded(first: bytes) -> str:
    """The bytes as text, without a last character that may be cut off."""
    return first.decode("utf-8-sig", errors="ignore" if is_text(first) else "replace")


def _unpacked(first: bytes, size: int, name: str) -> Preview:
    """What is inside a gzip: a tar most often (argo.md 8.4), else one file."""
    inner, is_over = _gunzipped(first)
    if not inner and not is_over:
        return _broken(first, size, "binary", f"{name} is not a gzip that can be read")
    is_whole = len(first) >= size and is_over
    if kind_by_bytes(inner[:512]) == "tar":
        return _of_tar(inner, len(inner), name, "tgz", is_whole=is_whole)
    inner_name = name.removesuffix(".gz")
    kind = kind_of_content(inner, inner_name)
    found = _plain(inner, len(inner), kind, inner_name, at_least=not is_whole)
    note = f"{found.note}, unpacked" if found.note else "unpacked"
    return Preview(found.text, "gzip", note, found.is_cut, found.raw)


def archive_format(first: bytes, name: str) -> ArchiveFormat | None:
    """How an archive that begins like this is opened; None for what is none."""
    kind = kind_of_content(first, name)
    if kind == "tgz":
        return "tgz" if is_packed_tar(first) else None
    return kind if kind in ("tar", "zip") else None


def is_packed_tar(first: bytes) -> bool:
    """Whether this is the beginning of a gzipped tar: what claims to be gzip may be anything."""
    return kind_by_bytes(_gunzipped(first)[0][:512]) == "tar"


def _gunzipped(first: bytes) -> tuple[bytes, bool]:
    """What is in a gzip, which may have several members, as far as it is at hand; and whether that
    is all of it."""
    found: list[bytes] = []
    left = UNPACKED
    while first and left:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(first, left)
        except zlib.error:
            # What follows the last member is padding, or is broken.
            return b"".join(found), bool(found) and not first.strip(b"\0")
        found.append(piece)
        left -= len(piece)
        if not unpacker.eof:
            return b"".join(found), False
        first = unpacker.unused_data
    return b"".join(found), not first


def _broken(first: bytes, size: int, kind: Kind, why: str) -> Preview:
    """An archive that cannot be read, shown as bytes."""
    return _hexadecimal(first, size_text(size), kind, is_cut=size > HEX, why=why)


def _of_tar(data: bytes, size: int, name: str, kind: Kind, *, is_whole: bool) -> Preview:
    """The content of a tar's only file, or the names of its files.

    `is_whole` says whether `data` is all of the tar, which may be `size` large.
    """
    members: list[tarfile.TarInfo] = []
    is_over = False
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            while (member := archive.next()) is not None:
                members.append(member)
            is_over = is_whole
    except (tarfile.TarError, ValueError, OverflowError, EOFError):
        pass  # only the beginning of a large archive is at hand, or it is broken from here on
    if not members:
        return _broken(data, size, kind, f"{name} is not an archive that can be read")
    last = members[-1]
    is_over = is_over and last.offset_data + last.size <= len(data)
    files = [member for member in members if member.isreg()]
    if len(files) == 1 and len([m for m in members if not m.isdir()]) == 1:
        (file,) = files
        content = data[file.offset_data : file.offset_data + file.size]
        found = preview_inner(content, file.size, file.name)
        which = "the only file" if is_over else "the first file"
        return Preview(
            found.text,
            kind,
            f"{which}: {file.name}{_more(found.note)}",
            found.is_cut or not is_over,
        )
    return _names(
        [_member_line(member) for member in members[:MEMBERS]], len(members), kind, is_over
    )


def _names(lines: list[str], count: int, kind: Kind, is_over: bool) -> Preview:
    """The first names of an archive of so many entries, or of at least so many."""
    whole = f"{'' if is_over else 'at least '}{count:,} {'entry' if count == 1 else 'entries'}"
    is_cut = len(lines) < count or not is_over
    note = f"first {len(lines):,} of {whole}" if is_cut else whole
    return Preview("\n".join(lines), kind, note, is_cut)


def preview_inner(content: bytes, size: int, name: str) -> Preview:
    """The same for a file inside an archive; an archive in an archive is not opened."""
    kind = kind_of_content(content, name)
    return _plain(content, size, "binary" if kind in ARCHIVES else kind, name)


def _member_line(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return f"{'':>10}  {member.name.rstrip('/')}/"
    if member.issym() or member.islnk():
        return f"{'link':>10}  {member.name} -> {member.linkname}"
    return f"{size_text(max(0, member.size)):>10}  {member.name}"


def _of_zip(first: bytes, size: int, name: str) -> Preview:
    """The names in a zip; they stand at its end, so all of it must be at hand."""
    if len(first) < size:
        why = "too large to look into; download it"
        return _broken(first, size, "zip", why)
    try:
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            entries = archive.infolist()
            if len(entries) == 1 and not entries[0].is_dir() and not entries[0].flag_bits & 1:
                with archive.open(entries[0]) as file:
                    content = file.read(UNPACKED)
                found = preview_inner(content, entries[0].file_size, entries[0].filename)
                only = f"the only file: {entries[0].filename}{_more(found.note)}"
                return Preview(found.text, "zip", only, found.is_cut)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        return _broken(first, size, "zip", f"{name} is not a zip that can be read")
    lines = [f"{size_text(e.file_size):>10}  {e.filename}" for e in entries[:MEMBERS]]
    return _names(lines, len(entries), "zip", True)


def _more(note: str) -> str:
    return f", {note}" if note else ""
