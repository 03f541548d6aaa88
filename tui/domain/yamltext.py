"""A manifest as readable YAML: block text for scripts, keys in their original order.

Only what YAML 1.1 would misread is quoted (`yes`, `012`, `1:30`, dates), so that a saved text is
read back as it was, by PyYAML and by Kubernetes alike. Nothing in the output can reach a terminal
as a control sequence: whatever is not printable stands in double quotes, escaped.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

PLAIN = re.compile(r"[A-Za-z_/][\w./$@+()-]*(?:[ :=][\w./$@+()=-]+)*", re.ASCII)
"""Text that needs no quotes, unless YAML 1.1 reads it as another type."""

_TAKEN = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|nan|inf|~)"
    r"|[-+]?[0-9][0-9_,.:eExXoOa-fA-F+-]*"
    r"|[-+]?\.(?:[0-9_eE+-]*|(?i:inf|nan))"
)
_UNSAFE = re.compile(r"[^\x20-\x7e]")

INDENT = "  "
LONGEST_KEY = 1000

PIECE = 32_768
"""Bytes of JSON that are decoded at once; what is larger is opened one level at a time."""
BLOCK = 8_192
"""Characters, or somewhat more, of a block of lines."""


def to_yaml(value: Any, *, hide_managed_fields: bool = True) -> str:
    """The value as a YAML document, ending in a newline."""
    if hide_managed_fields:
        value = without_managed_fields(value)
    if isinstance(value, dict | list) and value:
        return "\n".join(_Lines().of(value)) + "\n"
    return f"{_flow(value)}\n"


def yaml_blocks(raw: bytes, *, piece: int = PIECE, block: int = BLOCK) -> Iterator[str]:
    """The YAML of a JSON document as `to_yaml` writes it, in blocks of whole lines.

    Decoded as it is written, never all of it at once: of a run of fifty thousand steps the values
    would take some hundred megabytes, and for as long as decoding takes no other thread can run.
    Raises: msgspec.DecodeError and UnicodeDecodeError where the JSON cannot be read, possibly after
    some blocks.
    """
    value = _opened(msgspec.Raw(raw), piece)
    if isinstance(value, dict) and "metadata" in value:
        value = without_managed_fields({**value, "metadata": _opened(value["metadata"], 1 << 62)})
    if not isinstance(value, dict | list) or not value:
        yield f"{_flow(value)}\n"
        return
    lines: list[str] = []
    size = 0
    for line in _Lines(piece).of(value):
        lines.append(line)
        size += len(line)
        if size >= block:
            yield "\n".join(lines) + "\n"
            lines.clear()
            size = 0
    if lines:
        yield "\n".join(lines) + "\n"


def _opened(value: Any, piece: int) -> Any:
    """The value of a piece of JSON; of a large one only the first level, its items still pieces."""
    if not isinstance(value, msgspec.Raw):
        return value
    text = memoryview(value)
    if len(text) > piece:
        begin = bytes(text[:64]).lstrip()[:1]
        if begin == b"{":
            return msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        if begin == b"[":
            return msgspec.json.decode(value, type=list[msgspec.Raw])
    return msgspec.json.decode(value)


def without_managed_fields(manifest: Any) -> Any:
    """The manifest without `managedFields`, the bookkeeping of server-side apply."""
    metadata = manifest.get("metadata") if isinstance(manifest, dict) else None
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return manifest
    kept = {key: value for key, value in metadata.items() if key != "managedFields"}
    return {**manifest, "metadata": kept}


class _Lines:
    """The lines of a mapping or list; a stack of what is under way instead of recursion."""

    def __init__(self, piece: int = PIECE) -> None:
        """`piece` is for values that are JSON still, see `yaml_blocks`."""
        self._piece = piece

    def of(self, value: Any) -> Iterator[str]:
        """Every line, first to last."""
        waiting: list[tuple[Iterator[tuple[str, Any]], str]] = [(_entries(value), "")]
        dash = ""
        while waiting:
            entries, indent = waiting[-1]
            entry = next(entries, None)
            if entry is None:
                waiting.pop()
                continue
            head, item = entry[0].replace("\n", f"\n{indent}"), _opened(entry[1], self._piece)
            lead = dash or indent
            dash = ""
            if isinstance(item, dict) and item:
                if head == "-":
                    # A mapping begins on the line of its dash.
                    dash = f"{lead}- "
                else:
                    yield f"{lead}{head}"
                waiting.append((_entries(item), indent + INDENT))
            elif isinstance(item, list) and item:
                yield f"{lead}{head}"
                # Lists stand under their key without another step in, as kubectl writes them.
                inner = indent + INDENT if head == "-" else indent
                waiting.append((_entries(item), inner))
            elif isinstance(item, str) and _fits_block(item):
                yield f"{lead}{head} {_block_mark(item)}"
                for line in item.removesuffix("\n").split("\n"):
                    yield f"{indent}{INDENT}{line}" if line else ""
            else:
                yield f"{lead}{head} {_flow(item)}"


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((_key(str(key)), item) for key, item in value.items())
    return (("-", item) for item in value)


def _key(text: str) -> str:
    shown = _flow(text)
    # A reader looks no further than 1024 characters for the colon, unless told what comes.
    return f"{shown}:" if len(shown) < LONGEST_KEY else f"? {shown}\n:"


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return str(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
    shown = repr(value)
    # YAML 1.1 takes an exponent for a number only after a dot and with a sign.
    mantissa, mark, exponent = shown.partition("e")
    if mark and "." not in mantissa:
        mantissa += ".0"
    if mark and exponent[0] not in "+-":
        exponent = f"+{exponent}"
    return f"{mantissa}{mark}{exponent}"


def _is_plain(text: str) -> bool:
    return PLAIN.fullmatch(text) is not None and _TAKEN.fullmatch(text) is None


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(_escaped, quoted) if _UNSAFE.search(quoted) else quoted


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    if char.isprintable() and ord(char) < 0xD800:
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _fits_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is."""
    body = text.removesuffix("\n")
    if "\n" not in body or body.startswith((" ", "\n")) or body.endswith("\n"):
        return False
    return all(
        (not line or line.strip(" ") != "") and line.isprintable() for line in body.split("\n")
    )


def _block_mark(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"
