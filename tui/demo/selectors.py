"""Label and field selectors, as an API server reads them from a request.

The app has selectors of its own (domain.selectors); the stand-in must not agree with the app by
sharing its code, so it reads them itself and says the real server's words when it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.demo import refusals
from tui.demo.resources import Resource
from tui.demo.store import Record

Test = Callable[[Mapping[str, str]], bool]

_KEY = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL = re.compile(rf"({_KEY})\s*(==|=|!=|>|<)\s*([^\s,=!()<>]*)")
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")
_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a kind a request is about."""

    namespace: str = ""
    labels: tuple[Test, ...] = ()
    fields: tuple[Test, ...] = ()

    @property
    def selects(self) -> bool:
        """Whether it leaves out objects of its namespace."""
        return bool(self.labels or self.fields)

    def matches(self, record: Record | None) -> bool:
        """Whether an object is among them."""
        if record is None or (self.namespace and record.namespace != self.namespace):
            return False
        return all(test(record.labels) for test in self.labels) and all(
            test(record.fields) for test in self.fields
        )


def selection(resource: Resource, namespace: str, labels: str, fields: str) -> Selection:
    """Read both selectors of a request; raises the 400 of the API."""
    return Selection(namespace, parse_labels(labels), parse_fields(resource, fields))


def parse_labels(text: str) -> tuple[Test, ...]:
    """`a=b,c!=d,e in (x,y),f notin (z),g,!h`."""
    tests: list[Test] = []
    at = 0
    text = text.strip()
    while at < len(text):
        for pattern, make in ((_SET, _set_test), (_EQUAL, _equal_test), (_EXISTS, _exists_test)):
            found = pattern.match(text, at)
            if found and (found.end() == len(text) or text[found.end() :].lstrip()[0] == ","):
                tests.append(make(found))
                break
        else:
            raise refusals.bad_request(_wrong(text[at:], is_first=at == 0))
        rest = text[found.end() :].lstrip()
        if not rest:
            break
        after_comma = rest[1:].lstrip()
        if not after_comma:
            raise refusals.bad_request("found '', expected: identifier after ','")
        at = len(text) - len(after_comma)
    return tuple(tests)


def _wrong(text: str, *, is_first: bool) -> str:
    """What stands where in a requirement something else should."""
    words = [*re.findall(r"==|!=|[=<>!(),]|[^\s=<>!(),]+", text)[:4], "", "", "", ""]
    unable = "unable to parse requirement:"
    if words[0] == "!":
        return f"{unable} found '{words[1]}', expected: identifier"
    key, operator, value, after, *_ = words
    if not re.fullmatch(_KEY, key):
        expected = "!, identifier, or 'end of string'" if is_first else "identifier after ','"
        return f"found '{key}', expected: {expected}"
    if operator in ("in", "notin"):
        if value != "(":
            return f"{unable} found '{value}' expected: '('"
        end = re.sub(r".*?\([^\s=<>!()]*\s*", "", text, count=1)[:1]
        return f"{unable} found '{end}', expected: ',' or ')'"
    if operator in ("<", ">") and not re.fullmatch(r"\w[\w.-]*", value):
        return f"{unable} found '{value}', expected: identifier"
    if operator in ("=", "==", "!=", "<", ">"):
        return f"found '{after}', expected: ',' or 'end of string'"
    return f"{unable} found '{operator}', expected: in, notin, =, ==, !=, gt, lt"


def _checked(value: str) -> str:
    if len(value) > 63 or not _VALUE.fullmatch(value):
        raise refusals.bad_request(
            f'unable to parse requirement: values[0][]: Invalid value: "{value}": a valid label'
            " must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
            " must start and end with an alphanumeric character"
        )
    return value


def _set_test(found: re.Match[str]) -> Test:
    key, operator = found[1], found[2]
    values = {_checked(value.strip()) for value in found[3].split(",")}
    if operator == "in":
        return lambda labels: labels.get(key) in values
    return lambda labels: labels.get(key) not in values


def _equal_test(found: re.Match[str]) -> Test:
    key, operator, value = found[1], found[2], _checked(found[3])
    if operator == "!=":
        return lambda labels: labels.get(key) != value
    if operator in "<>" and len(operator) == 1:
        return lambda labels: _compared(labels.get(key), operator, value)
    return lambda labels: labels.get(key) == value


def _compared(have: str | None, operator: str, value: str) -> bool:
    try:
        number, bound = int(have or ""), int(value)
    except ValueError:
        return False
    return number > bound if operator == ">" else number < bound


def _exists_test(found: re.Match[str]) -> Test:
    key = found[2]
    if found[1]:
        return lambda labels: key not in labels
    return lambda labels: key in labels


def parse_fields(resource: Resource, text: str) -> tuple[Test, ...]:
    """`metadata.name=a,status.phase!=Running`, with `\\,` `\\=` `\\\\` for those characters."""
    tests: list[Test] = []
    for term in re.split(r"(?<!\\),", text):
        if not term.strip():
            continue
        found = re.match(r"([^=!\\]*)(==|!=|=)(.*)", term.strip(), re.DOTALL)
        if not found:
            raise refusals.bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        label, operator, value = found[1].strip(), found[2], found[3]
        if label not in ("metadata.name", "metadata.namespace", *resource.selectable):
            raise refusals.bad_request(f"field label not supported: {label}")
        tests.append(_field_test(label, operator == "!=", re.sub(r"\\(.)", r"\1", value)))
    return tuple(tests)


def _field_test(label: str, differs: bool, value: str) -> Test:
    if differs:
        return lambda fields: fields.get(label, "") != value
    return lambda fields: fields.get(label, "") == value
