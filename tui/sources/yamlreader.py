"""YAML as Kubernetes reads it, which is YAML 1.1 with some of its surprises left out.

The parser is PyYAML's in C. What it finds is built into what JSON would have at once, by the rules
of Go's yaml.v2: PyYAML's own way, over a tree of nodes, takes twice the time and three times the
memory. Depth, aliases and merge keys are counted meanwhile, since a few lines can ask for
gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from tui.errors import InputError

DEEPEST = 200
"""Nesting that no manifest has; the parser in C would run out of stack far above."""

MOST_VALUES = 5_000_000
"""As many values as a document may have once its aliases are followed."""

MOST_MERGED = 100_000
"""As many entries as its merge keys (`<<`) may copy from one mapping to another."""


def read_documents(name: str, text: str) -> list[Any]:
    """Every document, as JSON would have it. Raises: InputError naming `name` and the line.

    What an alias names is one object wherever it stands.
    """
    import yaml

    try:
        loader = _base()(text)
        try:
            return list(_Builder(name).documents(iter(loader.get_event, None)))
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        # libyaml scans ahead of its events, and has a limit of its own since 0.2.6.
        if "maximum nesting depth" in str(error.problem):
            raise _too_deep(name, error.problem_mark) from error
        raise InputError(f"{name}: {_where(error)}") from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise InputError(f"{name}: this is no YAML: {error}") from error


def _where(error: Any) -> str:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "this is no YAML"
    if mark is None:
        return str(problem)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


def _base() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_NO_KEY = object()
"""Stands where the next value is a key."""
_MERGE = object()
"""Stands for the key `<<`."""


class _Open:
    """A mapping or a list that is being read."""

    __slots__ = ("depth", "key", "made", "merges", "size", "weight")

    def __init__(self, made: Any) -> None:
        self.made = made
        self.key: Any = _NO_KEY
        self.merges: list[Any] = []
        self.size = 1
        """Values in it, those behind aliases counted each time."""
        self.depth = 0
        """Levels in it, those behind aliases too."""
        self.weight = 0
        """Entries that following its merge keys copies, each time it would."""


class _Builder:
    """Builds documents out of a parser's events."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stack: list[_Open] = []
        self._anchors: dict[str, Any] = {}
        self._closed: dict[int, _Open] = {}
        """Finished mappings and lists that have an anchor, by the identity of what was made."""

    def documents(self, events: Iterable[Any]) -> Iterator[Any]:
        """Each document when it is whole. Raises: what the parser raises, InputError."""
        import yaml

        # Thousands of events come in a file, so what is asked of each is looked up once.
        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        mapping, sequence = yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        stack = self._stack
        words, numbers = _WORDS, _NUMBERS
        document: Any = None
        for event in events:
            kind = type(event)
            if kind is scalar:
                # Most are plain texts that mean themselves.
                if event.tag is None and event.implicit[0]:
                    value = event.value
                    if value in words or value[0] in numbers:
                        value = _plain(value)
                else:
                    value = self._scalar(event)
                if event.anchor:
                    self._anchors[event.anchor] = value
            elif kind is mapping or kind is sequence:
                self._begin(event, {} if kind is mapping else [])
                continue
            elif kind in ends:
                value = self._end(event)
            elif kind is alias:
                value = self._alias(event)
            else:
                if kind is yaml.DocumentStartEvent:
                    self._anchors, self._closed, document = {}, {}, None
                elif kind is yaml.DocumentEndEvent:
                    yield document
                continue
            if not stack:
                document = None if value is _MERGE else value
                continue
            top = stack[-1]
            top.size += 1
            if type(top.made) is list:
                top.made.append("<<" if value is _MERGE else value)
            elif top.key is _NO_KEY:
                if type(value) is str:
                    top.key = value
                    continue
                if isinstance(value, (dict, list)):
                    self._refuse(event, "found unhashable key")
                top.key = value if value is _MERGE else _key(value)
            else:
                if top.key is _MERGE:
                    top.merges.append(value)
                else:
                    top.made[top.key] = "<<" if value is _MERGE else value
                top.key = _NO_KEY

    def _begin(self, event: Any, made: Any) -> None:
        if event.tag not in (None, "!", _TAG + ("seq" if type(made) is list else "map")):
            self._refuse(event, f"there is no such thing as {event.tag} in a manifest")
        if len(self._stack) >= DEEPEST:
            raise _too_deep(self._name, event.start_mark)
        if event.anchor:
            self._anchors[event.anchor] = made
            self._closed.pop(id(made), None)
        opened = _Open(made)
        self._stack.append(opened)

    def _end(self, event: Any) -> Any:
        ended = self._stack.pop()
        if ended.merges:
            self._merge(event, ended)
        if self._anchors:
            # Only what an anchor names may be counted again.
            self._closed[id(ended.made)] = ended
        self._count(ended)
        return ended.made

    def _count(self, inner: _Open) -> None:
        """Add what is in one to what holds it; refuse what is too much."""
        if inner.size > MOST_VALUES or inner.depth > DEEPEST * 2:
            raise InputError(f"{self._name}: its aliases make it too large to be a manifest")
        if self._stack:
            top = self._stack[-1]
            # The value itself is counted where it is put.
            top.size += inner.size - 1
            top.depth = max(top.depth, inner.depth + 1)

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            self._refuse(event, f"found undefined alias {event.anchor!r}")
        value = self._anchors[event.anchor]
        if isinstance(value, dict | list):
            if id(value) not in self._closed:
                raise InputError(f"{self._name}: one of its aliases is within itself")
            self._count(self._closed[id(value)])
        return value

    def _merge(self, event: Any, ended: _Open) -> None:
        """Take over the entries of other mappings: its own win, of several the first named."""
        merged: dict[str, Any] = {}
        ended.weight = len(ended.made)
        for value in ended.merges:
            for each in reversed(value) if isinstance(value, list) else (value,):
                if not isinstance(each, dict):
                    self._refuse(event, "expected a mapping or list of mappings for merging")
                known = self._closed.get(id(each))
                ended.weight += max(len(each), known.weight if known else 0)
                if ended.weight > MOST_MERGED:
                    raise InputError(
                        f"{self._name}: its aliases make it too large to be a manifest"
                    )
                merged.update(each)
        own = dict(ended.made)
        ended.made.clear()
        ended.made.update(merged)
        ended.made.update(own)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        tag = event.tag
        if tag is None or tag == "!":
            return _plain(text) if event.implicit[0] else text
        read = _TAGGED.get(tag)
        if read is None:
            self._refuse(event, f"there is no such thing as {tag} in a manifest")
        return read(text)

    def _refuse(self, event: Any, why: str) -> NoReturn:
        mark = event.start_mark
        raise InputError(f"{self._name}: line {mark.line + 1}, column {mark.column + 1}: {why}")


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    "<<": _MERGE,
}
"""Plain texts that mean something else."""
_NUMBERS = frozenset("-+.0123456789")
_INT = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"
    r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)


def _plain(text: str) -> Any:
    """What a text without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBERS:
        if _INT.match(text):
            return _int(text)
        if _FLOAT.match(text):
            return _float(text)
    return text


def _int(text: str) -> int:
    digits = text.replace("_", "").lstrip("+-")
    sign = -1 if text.startswith("-") else 1
    if digits.startswith("0") and len(digits) > 1 and digits[1] in "01234567":
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _float(text: str) -> float | str:
    if "inf" in text.lower() or "nan" in text.lower():
        # JSON has no such numbers, and where they are meant as text they must stay.
        return text
    return float(text)


def _bytes(text: str) -> str:
    import base64

    return base64.decodebytes(text.encode("ascii")).decode("utf-8", "replace")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)


_TAG = "tag:yaml.org,2002:"
_TAGGED: dict[str, Callable[[str], Any]] = {
    f"{_TAG}str": str,
    f"{_TAG}int": _int,
    f"{_TAG}float": _float,
    f"{_TAG}bool": lambda text: text.lower() in ("yes", "on", "true"),
    f"{_TAG}null": lambda text: None,
    f"{_TAG}binary": _bytes,
    f"{_TAG}timestamp": str,
}
"""What a tag says that a text is."""


def check_depth(name: str, text: str) -> None:
    """Refuse what is nested beyond reason; the scanner alone does not recurse."""
    if text.count("[") + text.count("{") < DEEPEST and not _DEEP_LINES.search(text):
        return
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=_base()):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise _too_deep(name, event.start_mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        # libyaml scans ahead of its events, and has a limit of its own since 0.2.6.
        if "maximum nesting depth" in str(error.problem):
            raise _too_deep(name, error.problem_mark) from error
        raise


def _too_deep(name: str, mark: Any) -> InputError:
    line = mark.line + 1 if mark else 0
    return InputError(f"{name}: line {line}: nested too deeply to be a manifest")


_DEEP_LINES = re.compile(rf"(?m)^ {{{DEEPEST}}}|^(?: *[-?]){{{DEEPEST}}}")
