"""Reading the YAML that people write into a text field of a manifest, as a `podSpecPatch`.

JSON, or YAML of mappings, lists and plain values: neither anchors nor tags nor documents, which no
patch has, and which a few lines of could ask for gigabytes. What is beyond that is not read, rather
than misread. Whole manifests are read by `sources.yamlreader`.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

DEEPEST = 40
"""Nesting up to which is read."""
LONGEST = 1 << 20
"""Characters up to which is read."""


class NotPlain(ValueError):
    """It is no YAML, or more than is read here."""


def read(text: str) -> Any:
    """What a text says, as JSON would have it. Raises: NotPlain."""
    if len(text) > LONGEST:
        raise NotPlain("it is too long")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    lines = list(_lines(text))
    if not lines:
        return None
    value, at = _block(lines, 0, lines[0].indent, 0)
    if at < len(lines):
        raise NotPlain(f"line {lines[at].number}: it stands too far to the left")
    return value


class _Line(NamedTuple):
    number: int
    indent: int
    text: str


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        body = line.lstrip(" ")
        if body.startswith("\t"):
            raise NotPlain(f"line {number}: a tab is no indentation")
        if body and not body.startswith("#") and line != "---":
            found.append(_Line(number, len(line) - len(body), body))
    return found


_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},&*!|>%@`#-][^#]*?|-[^\s#][^#]*?)"""
    r"\s*:(?:\s+(?P<rest>.*))?"
)


def _block(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[Any, int]:
    """The value that begins on a line, and the line behind it."""
    if depth > DEEPEST:
        raise NotPlain("it is nested too deep")
    line = lines[at]
    if line.text == "-" or line.text.startswith("- "):
        return _list(lines, at, indent, depth)
    if _KEY.fullmatch(line.text) and line.text[0] not in "{[":
        return _mapping(lines, at, indent, depth)
    # A flow value may go on over the next lines.
    end = at + 1
    while end < len(lines) and lines[end].indent >= indent:
        end += 1
    words = " ".join(_uncommented(each.text) for each in lines[at:end])
    is_flow = words[:1] in ("{", "[")
    return _flow(words, line.number) if is_flow else _scalar(words, line.number), end


def _list(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(lines) and lines[at].indent == indent:
        line = lines[at]
        if line.text != "-" and not line.text.startswith("- "):
            break
        rest = line.text[1:].lstrip(" ")
        if rest[:1] in ("|", ">"):
            value, at = _text(lines, at + 1, indent, folded=rest[0] == ">")
        elif rest and not rest.startswith("#"):
            # What stands behind the dash begins a block of its own, further in.
            inner = indent + len(line.text) - len(rest)
            lines[at] = _Line(line.number, inner, rest)
            value, at = _block(lines, at, inner, depth + 1)
        else:
            value, at = _inside(lines, at + 1, indent + 1, depth)
        found.append(value)
    return found, at


def _mapping(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at].indent == indent:
        line = lines[at]
        parts = _KEY.fullmatch(line.text)
        if parts is None or line.text.startswith("- "):
            raise NotPlain(f"line {line.number}: there is no key")
        key, rest = str(_scalar(parts["key"], line.number)), _uncommented(parts["rest"] or "")
        if rest[:1] in ("|", ">"):
            value, at = _text(lines, at + 1, indent, folded=rest[0] == ">")
        elif not rest:
            is_list = at + 1 < len(lines) and lines[at + 1].text[:2] in ("-", "- ")
            # The dashes of a list may stand below its key.
            value, at = _inside(lines, at + 1, indent + (not is_list), depth)
        elif rest[0] in "{[":
            end = at + 1
            while end < len(lines) and lines[end].indent > indent:
                rest = f"{rest} {_uncommented(lines[end].text)}"
                end += 1
            value, at = _flow(rest, line.number), end
        else:
            value, at = _scalar(rest, line.number), at + 1
        found[key] = value
    return found, at


def _inside(lines: list[_Line], at: int, least: int, depth: int) -> tuple[Any, int]:
    if at >= len(lines) or lines[at].indent < least:
        return None, at
    return _block(lines, at, lines[at].indent, depth + 1)


def _text(lines: list[_Line], at: int, indent: int, *, folded: bool) -> tuple[str, int]:
    """The text of a block scalar, as far as who looks for resources needs it."""
    end = at
    while end < len(lines) and lines[end].indent > indent:
        end += 1
    return (" " if folded else "\n").join(each.text for each in lines[at:end]), end


def _uncommented(text: str) -> str:
    """A value without the comment behind it; a # within quotes or a word is none."""
    quote = ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and (not at or text[at - 1] == " "):
            return text[:at].rstrip()
    return text.rstrip()


def _scalar(text: str, number: int) -> Any:
    """A plain or quoted value. A number stays the text that it is: a quantity is one."""
    if text[:1] == '"':
        try:
            return json.loads(text)
        except ValueError:
            raise NotPlain(f"line {number}: a text that does not end") from None
    if text[:1] == "'":
        if len(text) < 2 or not text.endswith("'"):
            raise NotPlain(f"line {number}: a text that does not end")
        return text[1:-1].replace("''", "'")
    if text[:1] in ("&", "*", "!", "@", "`", "%"):
        raise NotPlain(f"line {number}: {text[:1]} is not read here")
    word = text.casefold()
    if word in ("null", "~", ""):
        return None
    if word in ("true", "false"):
        return word == "true"
    return text


_TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[\[\]{},]|:(?=[\s"'\[{]|$)|"""
    r"""[^\s"'\[\]{},][^\[\]{},]*?(?=\s*(?:[\[\]{},]|:\s|:$|$)))"""
)


def _flow(text: str, number: int) -> Any:
    """A value between brackets, as JSON or with plain words."""
    tokens: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NotPlain(f"line {number}: {text[at : at + 20]!r} is not read here")
        tokens.append(found[1])
        at = found.end()
    value, end = _flow_value(tokens, 0, number, 0)
    if end != len(tokens):
        raise NotPlain(f"line {number}: {tokens[end]!r} is too much")
    return value


def _flow_value(tokens: list[str], at: int, number: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise NotPlain("it is nested too deep")
    token = tokens[at] if at < len(tokens) else ""
    if token == "[":
        items: list[Any] = []
        at += 1
        while at < len(tokens) and tokens[at] != "]":
            value, at = _flow_value(tokens, at, number, depth + 1)
            items.append(value)
            at = _past_comma(tokens, at, "]", number)
        return items, _past(tokens, at, "]", number)
    if token == "{":
        made: dict[str, Any] = {}
        at += 1
        while at < len(tokens) and tokens[at] != "}":
            key = str(_scalar(tokens[at], number))
            at = _past(tokens, at + 1, ":", number)
            made[key], at = _flow_value(tokens, at, number, depth + 1)
            at = _past_comma(tokens, at, "}", number)
        return made, _past(tokens, at, "}", number)
    if token in ("", "]", "}", ",", ":"):
        raise NotPlain(f"line {number}: a value is missing")
    return _scalar(token, number), at + 1


def _past(tokens: list[str], at: int, wanted: str, number: int) -> int:
    if at >= len(tokens) or tokens[at] != wanted:
        raise NotPlain(f"line {number}: {wanted} is missing")
    return at + 1


def _past_comma(tokens: list[str], at: int, end: str, number: int) -> int:
    if at < len(tokens) and tokens[at] == end:
        return at
    return _past(tokens, at, ",", number)
