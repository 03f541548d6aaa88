"""The filter language of lists.

    nightly                  the name holds this text; upper and lower case are the same
    phase:failed|error       one of several; also of whole terms: nightly | ingest
    label:team=qa !ns:test   every term must hold; ! turns one round
    name:etl-*               * stands for anything, and then the whole value is meant
    message:/exit 1[37]/     a regular expression
    message:"no space left"  quotes keep blanks, bars and colons as they are

A text is read into a predicate over workflows; what a field finds in one stands in `FIELDS`, one
entry a field. What cannot be read is told with the place where it goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tui.domain.search import NESTED, compiled
from tui.domain.status import status_text
from tui.domain.workflow import LABEL, ListedWorkflow
from tui.errors import QueryError

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be asked about a workflow."""

    help: str
    values: Callable[[ListedWorkflow], Iterable[str]]
    """The texts of a workflow that a plain value is compared with."""
    keyed: Callable[[ListedWorkflow], Mapping[str, str]] | None = None
    """The map that `key=value` looks into, for fields that have keys."""
    whole_word: bool = False
    """Whether a plain value must begin a word of the text, instead of standing anywhere."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One field asked one thing."""

    field: Field
    key: str
    test: Test

    def __call__(self, workflow: ListedWorkflow) -> bool:
        if not self.key or self.field.keyed is None:
            return any(map(self.test, self.field.values(workflow)))
        found = self.field.keyed(workflow)
        return any(self.test(value) for key, value in found.items() if _is_key(key, self.key))


@dataclass(frozen=True, slots=True)
class Term:
    """Alternatives, of which one must hold; or none, when negated."""

    alternatives: tuple[Alternative, ...]
    is_negated: bool

    def __call__(self, workflow: ListedWorkflow) -> bool:
        return any(one(workflow) for one in self.alternatives) is not self.is_negated


@dataclass(frozen=True, slots=True)
class Query:
    """A filter that has been read: true for the workflows to show."""

    text: str
    terms: tuple[Term, ...]

    def __call__(self, workflow: ListedWorkflow) -> bool:
        return self.matches(workflow)

    def matches(self, workflow: ListedWorkflow) -> bool:
        """Whether every term holds."""
        return all(term(workflow) for term in self.terms)

    def __bool__(self) -> bool:
        """Whether it asks anything at all."""
        return bool(self.terms)


# --- what can be asked about workflows ----------------------------------------------------------


def _names(workflow: ListedWorkflow) -> tuple[str, ...]:
    metadata = workflow.metadata
    return (metadata.name, f"{metadata.namespace}/{metadata.name}")


def _phases(workflow: ListedWorkflow) -> tuple[str, ...]:
    return (workflow.phase or "Pending", status_text(workflow))


def _templates(workflow: ListedWorkflow) -> tuple[str, ...]:
    ref = workflow.spec.workflow_template_ref
    labels = workflow.metadata.labels
    named = (
        ref.name if ref else "",
        labels.get(f"{LABEL}workflow-template", ""),
        labels.get(f"{LABEL}cluster-workflow-template", ""),
        labels.get(f"{LABEL}cron-workflow", ""),
    )
    return tuple(dict.fromkeys(name for name in named if name))


def _labels(workflow: ListedWorkflow) -> tuple[str, ...]:
    labels = workflow.metadata.labels
    return (*labels, *(f"{key}={value}" for key, value in labels.items()))


def _parameters(workflow: ListedWorkflow) -> dict[str, str]:
    return {each.name: each.value or "" for each in workflow.spec.arguments.parameters}


def _parameter_texts(workflow: ListedWorkflow) -> tuple[str, ...]:
    found = _parameters(workflow)
    return (*found, *found.values())


FIELDS: dict[str, Field] = {
    "name": Field("the name", _names),
    "phase": Field("pending, running, succeeded, failed, error", _phases, whole_word=True),
    "ns": Field("the namespace", lambda workflow: (workflow.metadata.namespace,)),
    "label": Field("key=value, or a key", _labels, lambda workflow: workflow.metadata.labels),
    "template": Field("the workflow template or cron workflow it came from", _templates),
    "message": Field(
        "the message", lambda workflow: (workflow.status.message, workflow.status.why)
    ),
    "param": Field("name=value of an argument", _parameter_texts, _parameters),
}
"""What can be asked about a workflow in a list; the first is asked by a term without a field."""

ALIASES = {"status": "phase", "namespace": "ns", "msg": "message", "tmpl": "template"}


def parse(text: str) -> Query:
    """Read a filter over workflows. Raises: QueryError."""
    return Query(text, tuple(_Reader(text).terms()))


# --- reading ------------------------------------------------------------------------------------


class _Reader:
    """One text, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
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
        name = self._field_name() or next(iter(FIELDS))
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
        name = ALIASES.get(name, name)
        if name not in FIELDS:
            raise QueryError(
                f"there is no field {found[1]}",
                self._at,
                hint=f"there are {', '.join(FIELDS)}; put quotes around a text with a colon",
            )
        self._at = found.end()
        return name

    def _alternative(self, name: str) -> Alternative:
        field, begun = FIELDS[name], self._at
        key = self._key() if field.keyed is not None else ""
        if self._peek() == "/":
            test = self._regex()
        else:
            value, is_plain = self._value()
            if not value and not (key or (not is_plain)):
                what = f"{name}: needs a value" if begun else "something must stand before |"
                raise QueryError(what, begun)
            test = _value_test(value, is_plain, whole=bool(key), word=field.whole_word)
        return Alternative(field, key, test)

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
        return lambda text: found.search(text) is not None

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1


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
    "ALIASES",
    "FIELDS",
    "Alternative",
    "Field",
    "Query",
    "QueryError",
    "Term",
    "parse",
]
