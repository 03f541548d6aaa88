"""Label selectors as Kubernetes has them, and the field selectors of nodes (argo.md 6).

The words of a refusal are Argo's, since people search for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.domain.node import Node
from tui.domain.workflow import ListedWorkflow
from tui.errors import UsageError

_ESCAPES = {"\\": "\\\\", ",": "\\,", "=": "\\="}


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Terms that must all hold: `phase=Failed,displayName!=a`."""

    terms: tuple[tuple[str, str, str], ...] = ()
    """Key, `=` or `!=`, and the value without escapes."""

    @classmethod
    def parse(cls, text: str) -> FieldSelector:
        """Raises: UsageError in the words of Kubernetes."""
        found: list[tuple[str, str, str]] = []
        for term in _split_terms(text):
            if not term:
                continue
            split = _split_term(term)
            if split is None:
                raise UsageError(f"invalid selector: '{text}'; can't understand '{term}'")
            key, operator, value = split
            found.append((key, operator, _unescaped(value)))
        return cls(tuple(found))

    @property
    def canonical(self) -> str:
        """The terms in order, as Kubernetes prints them."""
        return ",".join(
            sorted(
                f"{key}{operator}{''.join(_ESCAPES.get(c, c) for c in value)}"
                for key, operator, value in self.terms
            )
        )

    def matches(self, node: Node) -> bool:
        """Whether every term holds for a node; what it does not have is ""."""
        return self._holds(lambda key: node_field(node, key))

    def matches_workflow(self, workflow: ListedWorkflow) -> bool:
        """Whether every term holds for a workflow, which has only two such fields (argo.md 1.1)."""
        metadata = workflow.metadata
        known = {"metadata.name": metadata.name, "metadata.namespace": metadata.namespace}
        return self._holds(lambda key: known.get(key, ""))

    def _holds(self, field: Callable[[str], str]) -> bool:
        return all(
            (field(key) == value) == (operator == "=") for key, operator, value in self.terms
        )


NODE_FIELDS = frozenset(
    {
        *("displayName", "templateName", "phase", "name", "id"),
        *("templateRef.name", "templateRef.template"),
    }
)
"""Keys of nodes, besides those of their inputs (argo.md 6)."""


def node_selector(text: str) -> FieldSelector | None:
    """A text as a selector of nodes; None where it is none, or names no field of theirs."""
    try:
        found = FieldSelector.parse(text)
    except UsageError:
        return None
    keys = [key for key, _, _ in found.terms]
    is_known = all(
        key in NODE_FIELDS or (key.startswith("inputs.parameters.") and key.endswith(".value"))
        for key in keys
    )
    return found if keys and is_known else None


def node_field(node: Node, key: str) -> str:
    """The value of a node for a field selector; "" for unknown keys."""
    match key:
        case "displayName":
            return node.display_name
        case "templateName":
            return node.template
        case "phase":
            return node.phase
        case "name":
            return node.name
        case "id":
            return node.id
        case "templateRef.name":
            return node.template_ref.name if node.template_ref else ""
        case "templateRef.template":
            return node.template_ref.template if node.template_ref else ""
    if key.startswith("inputs.parameters.") and key.endswith(".value") and node.inputs:
        for parameter in node.inputs.parameters:
            if key == f"inputs.parameters.{parameter.name}.value":
                return parameter.value or ""
    return ""


def _split_terms(text: str) -> list[str]:
    """Split at commas that are not escaped by a backslash."""
    terms: list[str] = []
    begin, escaped = 0, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == ",":
            terms.append(text[begin:at])
            begin = at + 1
    terms.append(text[begin:])
    return terms


def _split_term(term: str) -> tuple[str, str, str] | None:
    for at in range(len(term)):
        for operator in ("!=", "==", "="):
            if term.startswith(operator, at):
                kind = "!=" if operator == "!=" else "="
                return term[:at], kind, term[at + len(operator) :]
    return None


def _unescaped(value: str) -> str:
    if not any(c in value for c in _ESCAPES):
        return value
    found: list[str] = []
    escaped = False
    for char in value:
        if escaped:
            if char not in _ESCAPES:
                raise UsageError(f"invalid field selector: invalid escape sequence: \\{char}")
            found.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in ",=":
            raise UsageError(f"invalid field selector: unescaped character in value: {ord(char)}")
        else:
            found.append(char)
    if escaped:
        raise UsageError("invalid field selector: invalid escape sequence: \\")
    return "".join(found)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One term of a label selector."""

    key: str
    operator: str
    """`=`, `!=`, `in`, `notin`, `exists`, `!`, `>` or `<`."""
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it holds for these labels."""
        value = labels.get(self.key)
        match self.operator:
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "=" | "in":
                return value is not None and value in self.values
            case "!=" | "notin":
                return value is None or value not in self.values
        return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        try:
            found, limit = int(value), int(next(iter(self.values)))
        except ValueError:
            return False
        return found > limit if self.operator == ">" else found < limit

    def __str__(self) -> str:
        match self.operator:
            case "exists":
                return self.key
            case "!":
                return f"!{self.key}"
            case "in" | "notin":
                return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"
        return f"{self.key}{self.operator}{next(iter(self.values))}"


_TOKEN = re.compile(r"\s*(==|!=|[=<>!(),]|[^\s=<>!(),]+)")


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Requirements that must all hold: `app=etl,phase in (Failed,Error),!cron`."""

    requirements: tuple[Requirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> LabelSelector:
        """Parse a selector. Raises: UsageError with the position of the error."""
        return cls(tuple(_Labels(text).requirements()))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether every requirement holds."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)


class _Labels:
    """Reads the grammar of label selectors, one token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        self._at = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while self._peek():
            found.append(self._requirement())
            if self._peek() and self._next() != ",":
                self._refuse()
        if self._text.rstrip().endswith(","):
            self._refuse()
        return found

    def _requirement(self) -> Requirement:
        if self._peek() == "!":
            self._next()
            return Requirement(self._word(), "!")
        key = self._word()
        operator = self._peek()
        if operator in ("", ","):
            return Requirement(key, "exists")
        self._next()
        if operator in ("in", "notin"):
            return Requirement(key, operator, frozenset(self._several()))
        if operator not in ("=", "==", "!=", ">", "<"):
            self._refuse()
        kind = "=" if operator == "==" else operator
        value = "" if self._peek() in ("", ",") else self._word()
        if kind in (">", "<") and not re.fullmatch(r"-?[0-9]+", value):
            self._refuse()
        return Requirement(key, kind, frozenset((value,)))

    def _several(self) -> list[str]:
        if self._next() != "(":
            self._refuse()
        values: list[str] = []
        while True:
            values.append("" if self._peek() in (",", ")") else self._word())
            token = self._next()
            if token == ")":
                return values
            if token != ",":
                self._refuse()

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _word(self) -> str:
        token = self._next()
        if not token or token in "==!=<>(),":
            self._refuse()
        return token

    def _refuse(self) -> None:
        raise UsageError(
            f"unable to parse requirement: '{self._text}' is no label selector",
            hint="for example: app=etl,phase in (Failed,Error),!cron",
        )
