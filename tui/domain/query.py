"""The filter language of lists.

    nightly                  the name holds this text; upper and lower case are the same
    phase:failed|error       one of several; also of whole terms: nightly | ingest
    label:team=qa !ns:test   every term must hold; ! turns one round
    name:etl-*               * stands for anything, and then the whole value is meant
    message:/exit 1[37]/     a regular expression
    message:"no space left"  quotes keep blanks, bars and colons as they are
    age:<2h duration:>10m    less or more than a span; since:24h is not longer ago than that

A text is read into a predicate over the objects of one kind; what a field finds in one stands in
the `Fields` of the kind, one entry per field. A syntax error is reported with the position where it
occurs.

Of a row only the server's Table may be known. What a field needs beyond that is not known then,
neither there nor missing: no term matches by it, a turned one neither.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tui.domain.durations import seconds_between, seconds_of
from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.search import NESTED, compiled
from tui.domain.workflow import LABEL
from tui.errors import QueryError

Test = Callable[[str], bool]
Clock = Callable[[], datetime]
"""Tells what time it is, in the zone of whoever looks: `since:today` begins at midnight there."""
Selected = Mapping[str, frozenset[ObjectKey]]
"""What a server selects, by the text of a label selector."""
NOTHING_SELECTED: Selected = {}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object that a filter can test."""

    help: str
    values: Callable[[Any], Iterable[str]]
    """The texts of an object that a plain value is compared with."""
    keyed: Callable[[Any], Mapping[str, str]] | None = None
    """The map that `key=value` looks into, for fields that have keys."""
    whole_word: bool = False
    """Whether a plain value must begin a word of the text, instead of standing anywhere."""
    exact: bool = False
    """Whether a plain value must be the whole text."""
    known: tuple[str, ...] = ()
    """All texts that there are, for fields of which they are few: others are refused."""
    depth: Depth = Depth.SUMMARY
    """How much of an object has to be read to know its texts."""
    deeper: tuple[tuple[str, str], ...] = ()
    """Texts that need a `SUMMARY` although the others do not, each with what is known before."""
    selectors: Callable[[str, str], tuple[str, ...]] | None = None
    """Label selectors with which a server finds what has `key=value`."""
    early: Callable[[Any], bool] = lambda item: False
    """Whether as much as the server's Table tells of an object answers all that can be asked."""
    seconds: Callable[[Any, datetime], float | None] | None = None
    """A span that is compared, for fields that are one; None where an object has none."""
    within: bool = False
    """Whether a span alone is meant to be the longest; else it needs `<` or `>` before it."""

    def depth_of(self, test: Test) -> Depth:
        """How much of an object has to be read to know whether a test holds."""
        if any(test(text) and not test(before) for text, before in self.deeper):
            return Depth.SUMMARY
        return self.depth


class Expression:
    """A typed regular expression as a test.

    One that comes to no end on some text is given up: it holds of that text and of all after it.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._search = pattern.search
        self._may_never_end = _MAY_NEVER_END.search(pattern.pattern) is not None
        self.gave_up = False
        """Whether it came to no end on some text."""

    def __call__(self, text: str) -> bool:
        if not self._may_never_end:
            return self._search(text) is not None
        if self.gave_up:
            return True
        from tui.domain.deadline import TookTooLong, deadline  # hardly any filter needs it

        try:
            with deadline(LONGEST):
                return self._search(text) is not None
        except TookTooLong:
            self.gave_up = True
            return True


LONGEST = 0.05
"""Seconds of computing after which an expression is given up."""
_MAY_NEVER_END = re.compile(r"\)[*+{]|[*+}].*[*+}]", re.DOTALL)
"""A repeated group, or two repeats: all others end soon, and are quicker without a limit."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind that a filter can test."""

    named: Mapping[str, Field]
    """By name; the first is asked by a term without a field."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names that people type."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One test of one field."""

    field: Field
    key: str
    test: Test
    depth: Depth = Depth.TABLE
    """How much of an object has to be read to know whether it holds."""
    selectors: tuple[str, ...] = ()
    """Label selectors with which a server finds out as much; empty where it cannot."""
    measures: Callable[[Any], bool] | None = None
    """What is asked instead of `test` of a field that is a span."""
    name: str = ""
    """That of the field."""
    text: str = ""
    """The value, where that is a plain text; "" for patterns."""
    longest: Callable[[datetime], float] | None = None
    """The longest span that holds, in seconds, at a time; None where there is no such thing."""

    def answer(self, row: Row[Any], selected: Selected) -> bool | None:
        """Whether it holds; None where too little is known of a row."""
        if row.depth >= self.depth or self.field.early(row.value):
            return self(row.value)
        if self.selectors and all(each in selected for each in self.selectors):
            return any(row.key in selected[each] for each in self.selectors)
        return None

    def __call__(self, item: Any) -> bool:
        if self.measures is not None:
            return self.measures(item)
        if not self.key or self.field.keyed is None:
            return any(map(self.test, self.field.values(item)))
        found = self.field.keyed(item)
        return any(self.test(value) for key, value in found.items() if _is_key(key, self.key))


@dataclass(frozen=True, slots=True)
class Term:
    """Alternatives, of which one must hold; or none, when negated."""

    alternatives: tuple[Alternative, ...]
    is_negated: bool

    def __call__(self, item: Any) -> bool:
        return any(one(item) for one in self.alternatives) is not self.is_negated

    def is_known(self, row: Row[Any], selected: Selected) -> bool:
        """Whether it is known to hold of a row."""
        return self.answer(row, selected) is True

    def answer(self, row: Row[Any], selected: Selected) -> bool | None:
        """Whether it holds of a row; None where too little is known."""
        answers = [one.answer(row, selected) for one in self.alternatives]
        if True in answers:
            return not self.is_negated
        return None if None in answers else self.is_negated


@dataclass(frozen=True, slots=True)
class Query:
    """A filter that has been read: true for the objects to show."""

    text: str
    terms: tuple[Term, ...]

    def __call__(self, item: Any) -> bool:
        return self.matches(item)

    def matches(self, item: Any) -> bool:
        """Whether every term holds."""
        return all(term(item) for term in self.terms)

    def is_known(self, row: Row[Any], selected: Selected = NOTHING_SELECTED) -> bool:
        """Whether every term is known to hold of a row, of which little may have been read."""
        return all(term.is_known(row, selected) for term in self.terms)

    def is_open(self, row: Row[Any], selected: Selected = NOTHING_SELECTED) -> bool:
        """Whether more has to be read of a row to know if it matches."""
        answers = [term.answer(row, selected) for term in self.terms]
        return None in answers and False not in answers

    @property
    def ticks(self) -> bool:
        """Whether time alone changes what matches."""
        return any(one.measures is not None for one in self._alternatives)

    @property
    def depth(self) -> Depth:
        """How much of the objects has to be read to answer it."""
        return max((one.depth for one in self._alternatives), default=Depth.TABLE)

    @property
    def selectors(self) -> tuple[str, ...]:
        """Label selectors with which a server answers what needs more than its Table; empty where
        it cannot answer all of that."""
        deep = [one for one in self._alternatives if one.depth > Depth.TABLE]
        if not all(one.selectors for one in deep):
            return ()
        return tuple(dict.fromkeys(each for one in deep for each in one.selectors))

    @property
    def _alternatives(self) -> Iterable[Alternative]:
        return (one for term in self.terms for one in term.alternatives)

    @property
    def gave_up(self) -> bool:
        """Whether an expression in it came to no end on some object."""
        tests = (one.test for one in self._alternatives)
        return any(isinstance(each, Expression) and each.gave_up for each in tests)

    def __bool__(self) -> bool:
        """Whether it has any term."""
        return bool(self.terms)


def nothing(item: Any) -> tuple[str, ...]:
    """The texts of a field that is compared otherwise."""
    return ()


# --- what can be asked about any object ---------------------------------------------------------


def _names(item: Any) -> tuple[str, ...]:
    metadata = item.metadata
    return (metadata.name, f"{metadata.namespace}/{metadata.name}")


def _labels(item: Any) -> tuple[str, ...]:
    labels = item.metadata.labels
    return (*labels, *(f"{key}={value}" for key, value in labels.items()))


def _label_selectors(key: str, value: str) -> tuple[str, ...]:
    """As it is typed, and with Argo's own prefix, which people leave out."""
    keys = (key,) if "/" in key else (key, f"{LABEL}{key}")
    found = tuple(f"{each}={value}" for each in keys)
    return found if all(map(_is_selector, found)) else ()


def _is_selector(text: str) -> bool:
    return _SELECTOR.fullmatch(text) is not None


_NAME = r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?"
_SELECTOR = re.compile(rf"(?:[a-z0-9](?:[-.a-z0-9]{{0,251}}[a-z0-9])?/)?{_NAME}={_NAME}")
"""A label that exists with one value, as the API server takes it."""

NAME = Field("the name", _names, depth=Depth.TABLE)
NAMESPACE = Field("the namespace", lambda item: (item.metadata.namespace,), depth=Depth.TABLE)
LABELS = Field(
    "key=value, or a key",
    _labels,
    lambda item: item.metadata.labels,
    selectors=_label_selectors,
)
NAMESPACE_ALIASES = {"namespace": "ns"}


def age_of(item: Any, now: datetime) -> float | None:
    """Seconds since it was created, as the list says it."""
    return seconds_between(item.metadata.creation_timestamp, None, now)


def spans_of(age: Callable[[Any, datetime], float | None]) -> dict[str, Field]:
    """The fields that compare an age."""
    return {
        "age": Field(
            "<2h or >3d: how long ago it was created", nothing, depth=Depth.TABLE, seconds=age
        ),
        "since": Field(
            "24h, or today: created not longer ago",
            nothing,
            depth=Depth.TABLE,
            seconds=age,
            within=True,
        ),
    }


OF_ANY_OBJECT = Fields(
    {"name": NAME, "ns": NAMESPACE, "label": LABELS, **spans_of(age_of)}, NAMESPACE_ALIASES
)
"""The fields of a kind that has none of its own."""


def parse(text: str, fields: Fields = OF_ANY_OBJECT, *, clock: Clock | None = None) -> Query:
    """Read a filter over objects with these fields.

    Without a clock what compares spans finds nothing: enough to see whether a text is a filter.
    Raises: QueryError.
    """
    return Query(text, tuple(_Reader(text, fields, clock).terms()))


NAMED = re.compile(r'"[^"]*"|(?<!\S)@(\S*)')
"""A term that stands for a filter with a name; what is in quotes is none."""


def expanded(text: str, filters: Mapping[str, str]) -> str:
    """A filter with what `@name` stands for in place of it. Raises: QueryError for no such name."""

    def meaning(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0]
        if name not in filters:
            known = ", ".join(f"@{each}" for each in filters) or "none"
            raise QueryError(
                f"no filter is called @{name}", found.start(), hint=f"there are {known}"
            )
        return filters[name]

    return NAMED.sub(meaning, text)


# --- reading ------------------------------------------------------------------------------------


class _Reader:
    """One text, read from left to right."""

    def __init__(self, text: str, fields: Fields, clock: Clock | None = None) -> None:
        self._text = text
        self._fields = fields
        self._clock = clock
        self._at = 0

    def terms(self) -> Iterable[Term]:
        self._skip_blanks()
        while self._at < len(self._text):
            yield self._term()
            self._skip_blanks()

    def _term(self) -> Term:
        begun, negated = self._at, False
        while self._peek() == "!":
            negated = not negated
            self._at += 1
        if self._peek() in ("", " "):
            raise QueryError("! needs something to turn round", begun)
        name = self._field_name() or next(iter(self._fields.named))
        alternatives = [self._alternative(name)]
        while self._bar():
            name = self._field_name() or name
            alternatives.append(self._alternative(name))
        return Term(tuple(alternatives), negated)

    def _bar(self) -> bool:
        """Step over a `|`, with blanks around it or not."""
        ahead = self._at
        while ahead < len(self._text) and self._text[ahead].isspace():
            ahead += 1
        if self._text[ahead : ahead + 1] != "|":
            return False
        self._at = ahead + 1
        self._skip_blanks()
        return True

    def _field_name(self) -> str:
        """A known field and its colon; "" if the term begins with its value."""
        found = re.compile(r"([A-Za-z]+):").match(self._text, self._at)
        if found is None:
            return ""
        name = found[1].lower()
        name = self._fields.aliases.get(name, name)
        if name not in self._fields.named:
            known = ", ".join(self._fields.named)
            raise QueryError(
                f"there is no field {found[1]}",
                self._at,
                hint=f"there are {known}; put quotes around a text with a colon",
            )
        self._at = found.end()
        return name

    def _alternative(self, name: str) -> Alternative:
        field, begun = self._fields.named[name], self._at
        if field.seconds is not None:
            measures, longest = self._measure(name, field)
            return Alternative(
                *(field, "", lambda text: False, field.depth),
                measures=measures,
                name=name,
                longest=longest,
            )
        key = self._key() if field.keyed is not None else ""
        selectors: tuple[str, ...] = ()
        text = ""
        if self._peek() == "/":
            test = self._regex()
        else:
            value, is_plain = self._value()
            if not value and not (key or (not is_plain)):
                what = f"{name}: needs a value" if begun else "something must stand before |"
                raise QueryError(what, begun)
            is_whole = bool(key) or field.exact
            test = _value_test(value, is_plain, whole=is_whole, word=field.whole_word)
            text = "" if is_plain and "*" in value else value
            if field.known and not any(map(test, field.known)):
                raise QueryError(
                    f"there is no {name} {value}", begun, hint=f"there are {', '.join(field.known)}"
                )
            is_text = key and value and not (is_plain and "*" in value)
            if is_text and field.selectors is not None:
                selectors = field.selectors(key, value)
        return Alternative(field, key, test, field.depth_of(test), selectors, name=name, text=text)

    def _measure(
        self, name: str, field: Field
    ) -> tuple[Callable[[Any], bool], Callable[[datetime], float] | None]:
        """A span with how it is compared: `<2h`, `>=1h30m`; also `today` where one is enough.

        Also the longest that it may be, where there is one.
        """
        begun, clock, seconds_in = self._at, self._clock, field.seconds
        text, _ = self._value()
        found = _COMPARED.fullmatch(text)
        sign, span = (found[1], found[2]) if found is not None else ("", text)
        is_today = field.within and span == "today"
        limit = 0.0 if is_today else seconds_of(span)
        if limit is None or (not sign and not field.within):
            example = f"{name}:24h or {name}:today" if field.within else f"{name}:<2h"
            raise QueryError(
                f"{name}: needs a span such as {example}",
                begun,
                hint="units are s, m, h, d and w, and 1h30m is a span, too",
            )
        compare = _COMPARISONS[sign or "<="]
        span_in_seconds = limit

        def longest(now: datetime) -> float:
            return _since_midnight(now) if is_today else span_in_seconds

        def measures(item: Any) -> bool:
            if clock is None or seconds_in is None:
                return False
            now = clock()
            seconds = seconds_in(item, now)
            return seconds is not None and compare(seconds, longest(now))

        return measures, longest if compare in (operator.lt, operator.le) else None

    def _key(self) -> str:
        """`key=` before a value; "" when there is none."""
        found = re.compile(r"([^\s|=\"!/][^\s|=\"]*)=").match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[1]

    def _value(self) -> tuple[str, bool]:
        """A value, and whether all of it stood without quotes."""
        parts: list[str] = []
        is_plain = True
        while self._at < len(self._text):
            char = self._text[self._at]
            if char.isspace() or char == "|":
                break
            if char == '"':
                parts.append(self._quoted())
                is_plain = False
            else:
                parts.append(char)
                self._at += 1
        return "".join(parts), is_plain

    def _quoted(self) -> str:
        begun = self._at
        end = self._text.find('"', begun + 1)
        if end < 0:
            raise QueryError("this quote is not closed", begun)
        self._at = end + 1
        return self._text[begun + 1 : end]

    def _regex(self) -> Test:
        begun = self._at
        end = begun + 1
        while end < len(self._text) and self._text[end] != "/":
            end += 2 if self._text[end] == "\\" else 1
        if end >= len(self._text):
            raise QueryError("this / is not closed", begun)
        self._at = end + 1
        pattern = self._text[begun + 1 : end].replace("\\/", "/")
        if NESTED.search(pattern):
            raise QueryError("repeats of repeats may take for ever", begun)
        try:
            found = compiled(pattern, re.IGNORECASE)
        except re.error as error:
            place = begun + 1 + (error.pos or 0)
            raise QueryError(f"not a regular expression: {error.msg}", place) from error
        return Expression(found)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1


_COMPARED = re.compile(r"(<=|>=|<|>)?(.*)", re.DOTALL)
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _since_midnight(now: datetime) -> float:
    """The seconds of the day so far, in the zone of `now`."""
    return (now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()


def _value_test(value: str, is_plain: bool, *, whole: bool, word: bool) -> Test:
    """How a value is compared: by pattern, as a whole, at a word's beginning, or anywhere."""
    wanted = value.lower()
    if is_plain and "*" in value:
        pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.DOTALL)
        return lambda text: pattern.fullmatch(text.lower()) is not None
    if whole:
        return lambda text: text.lower() == wanted
    if word:
        return lambda text: any(
            part.startswith(wanted) for part in re.split(r"[^a-z0-9]+", text.lower())
        )
    return lambda text: wanted in text.lower()


def _is_key(key: str, wanted: str) -> bool:
    """Whether a key is meant: written in full, or without the prefix before its slash."""
    return key == wanted or key.rpartition("/")[2] == wanted


__all__ = [
    "LABELS",
    "NAME",
    "NAMESPACE",
    "NAMESPACE_ALIASES",
    "OF_ANY_OBJECT",
    "Alternative",
    "Field",
    "Fields",
    "Query",
    "QueryError",
    "Term",
    "parse",
]
