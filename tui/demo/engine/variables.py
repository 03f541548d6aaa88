"""Putting values into manifests: `{{name}}` and `{{=expression}}` tags.

Argo replaces tags in the JSON text of a template. Here the decoded structure is walked instead,
which gives the same result without escaping, and a tag nobody knows stays as it is, to be filled
in by a later pass or to fail where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.go_values import go_text, to_json

Scope = dict[str, Any]
"""Dotted names, as tags spell them, to text (or, for artifacts, to their location)."""

_TAG = re.compile(r"\{\{\s*(=?)((?:(?!\}\}).)*?(?:\}(?=\}\}\}?))*)\s*\}\}", re.DOTALL)
OWN = ("item.", "steps.", "inputs.", "outputs.", "pod.", "workflow.", "tasks.")
"""How the tags begin that are Argo's own; what else looks like one is left as it is."""
_UNRESOLVED = re.compile(r"\{\{\s*(=?(?:steps|tasks|inputs|item|workflow)[\w.\[\]'\"-]*)\s*\}\}")


class Unresolved(ValueError):
    """A tag that nothing fills in; the words go into a node's message."""


def substitute(value: Any, scope: Mapping[str, Any]) -> Any:
    """A copy of `value` with every known tag filled in."""
    if isinstance(value, str):
        return text(value, scope) if "{{" in value else value
    if isinstance(value, dict):
        return {
            (text(k, scope) if "{{" in k else k): substitute(v, scope) for k, v in value.items()
        }
    if isinstance(value, list):
        return [substitute(item, scope) for item in value]
    return value


def text(template: str, scope: Mapping[str, Any]) -> str:
    """One string with every known tag filled in."""
    if "{{" not in template:
        return template

    def fill(match: re.Match[str]) -> str:
        if match[1]:
            return _computed(match[2], scope, match[0])
        value = scope.get(match[2].strip())
        if value is None or isinstance(value, dict):
            # Artifacts are no text: whoever takes them looks the name up.
            return match[0]
        return value if isinstance(value, str) else to_json(value)

    return _TAG.sub(fill, template)


def _computed(expression: str, scope: Mapping[str, Any], tag: str) -> str:
    try:
        value = evaluate(expression.strip(), nested(scope))
    except NotSimulated as error:
        raise Unresolved(str(error)) from error
    except ExpressionError:
        # What it speaks of may be known only later.
        return tag
    if value is None:
        return tag
    return value if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str:
    return to_json(value) if isinstance(value, list | dict) else go_text(value)


def nested(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as expressions see them: `steps['a'].outputs.result`."""
    root: dict[str, Any] = {}
    for name in sorted(scope):
        *path, last = name.split(".")
        place = root
        for step in path:
            inside = place.get(step)
            if not isinstance(inside, dict):
                # `outputs.parameters` is both a JSON text and the parent of each parameter;
                # expressions mean the parameters.
                inside = place[step] = {}
            place = inside
        place[last] = scope[name]
    return root


def require_resolved(value: Any, scope: Mapping[str, Any] | None = None) -> None:
    """Complain of the first tag of a kind that had to be known by now; with `scope`, why."""
    for text_ in _texts(value):
        if match := _UNRESOLVED.search(text_):
            raise Unresolved(f"failed to resolve {{{{{match[1]}}}}}")
        for tag in _TAG.finditer(text_):
            if tag[1]:
                raise Unresolved(_why_not(tag[2].strip(), scope or {}))


def require_known(value: Any, scope: Mapping[str, Any]) -> None:
    """Complain of the first tag of Argo's own that nothing in a scope fills in.

    Asked of what somebody wrote, before anything is filled in: a value may hold what looks like a
    tag and is none.
    """
    for text_ in _texts(value):
        for tag in _TAG.finditer(text_):
            name = tag[2].strip()
            if tag[1]:
                if _computed(name, scope, tag[0]) == tag[0]:
                    raise Unresolved(_why_not(name, scope))
            elif name.startswith(OWN) and isinstance(scope.get(name), dict | None):
                raise Unresolved(f"failed to resolve {{{{{name}}}}}")


def _texts(value: Any) -> Iterator[str]:
    """Every text with a tag in it, of keys and values."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            if "{{" in one:
                yield one
        elif isinstance(one, dict):
            todo += [*reversed(one.values()), *one]
        elif isinstance(one, list):
            todo += reversed(one)


def _why_not(expression: str, scope: Mapping[str, Any]) -> str:
    """Why an expression has no value."""
    try:
        evaluate(expression, nested(scope))
    except ExpressionError as error:
        why = str(error)
    else:
        why = "it speaks of something that there is not"
    return f"failed to evaluate expression '{expression}': {why}"
