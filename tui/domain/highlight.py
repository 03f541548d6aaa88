"""Highlighting of YAML, JSON and `label: value` lines, with one regular expression per line.

Only lines on the screen are parsed (platform.md 6), so there is no state from line to
line: text inside a block scalar may be highlighted wrongly, which does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Span = tuple[int, int, str]
"""From, to (not included), and the name of a token."""
Highlighter = Callable[[str], list[Span]]

_YAML = re.compile(
    r"(?P<comment>(?:^|(?<=\s))#.*$)"
    r"|(?P<heading>^(?:---|\.\.\.)\s*$)"
    r"|(?P<key>(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s'\"#:{}\[\],&*!|>-][^#:{}\[\],]*?)"
    r"(?=:(?:\s|$)))"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"?|'(?:[^']|'')*'?)"
    r"|(?P<number>(?<![\w.-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=\s*$))"
    r"|(?P<word>(?<=[:\-]\s)(?:true|false|null|~)(?=\s*$))"
    r"|(?P<sign>(?<=:\s)[|>][+-]?\d?(?=\s*$))"
)
_JSON = re.compile(
    r"(?P<key>\"(?:[^\"\\]|\\.)*\"(?=\s*:))"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>\b(?:true|false|null)\b)"
)
_TOKENS = {"word": "number", "sign": "guide"}
LONGEST = 2000
"""Maximum number of characters of a line that are highlighted."""


def _spans(pattern: re.Pattern[str], line: str) -> list[Span]:
    found = []
    for match in pattern.finditer(line, 0, LONGEST):
        kind = match.lastgroup or ""
        found.append((match.start(), match.end(), _TOKENS.get(kind, kind)))
    return found


def yaml_spans(line: str) -> list[Span]:
    """Keys, quoted strings, numbers, comments of a line of YAML."""
    return _spans(_YAML, line)


def json_spans(line: str) -> list[Span]:
    """Keys, strings, numbers of a line of JSON."""
    return _spans(_JSON, line)


_FIELD = re.compile(r"\s*[^\s:][^:]{0,60}(?=:(?:\s|$))")


def field_spans(line: str) -> list[Span]:
    """The label of a line `label: value`; values stay as they are."""
    found = _FIELD.match(line, 0, LONGEST)
    return [(*found.span(), "key")] if found else []


_MARKDOWN = re.compile(
    r"(?P<heading>^#{1,6}\s.*$)"
    r"|(?P<comment>^>.*$)"
    r"|(?P<string>`[^`]+`)"
    r"|(?P<key>\*\*[^*]+\*\*)"
    r"|(?P<number>^\s*(?:[-*+]|\d+\.)(?=\s))"
)


def markdown_spans(line: str) -> list[Span]:
    """Headings, quotes, code, bold words and the marks of lists in a line of Markdown."""
    return _spans(_MARKDOWN, line)


_REPORT = re.compile(
    r"(?P<title>[A-Z][A-Z ]+)$|(?:(?P<name>[a-z]+)\s+|\s*)(?P<sign>[✔✖▲◐?+xX!~])(?= )"
)
_SIGNS = {
    **dict.fromkeys("✔+", "phase-succeeded"),
    **dict.fromkeys("✖xX", "problem"),
    **dict.fromkeys("▲!◐~", "warning"),
    "?": "muted",
}


def report_spans(line: str) -> list[Span]:
    """Titles in capitals, and the sign that a line of a report begins with or has behind the name
    of its part."""
    found = _REPORT.match(line, 0, LONGEST)
    if found is None:
        return []
    if found["title"]:
        return [(*found.span("title"), "heading")]
    name = [(*found.span("name"), "heading")] if found["name"] else []
    return [*name, (*found.span("sign"), _SIGNS[found["sign"]])]
