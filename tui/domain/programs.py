"""A program that somebody names in the settings, with the values of a row in its arguments.

`["kubectl", "describe", "workflow", "{name}", "-n", "{namespace}"]` is an argument vector: a value
is part of one argument whatever is in it, and no shell reads it. Where a shell is wanted the text
is its script, and values are quoted before they are put into it. A value of the cluster that would
be taken for a flag is refused.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tui.domain.text import clean
from tui.errors import InputError, PlanError

VALUES: Mapping[str, str] = {
    "name": "the name of the object",
    "namespace": "its namespace",
    "kind": "its kind, as the API calls it: Workflow",
    "resource": "the same for kubectl: workflows.argoproj.io",
    "uid": "its uid",
    "context": "the context of the kubeconfig",
    "kubeconfig": "the file, where --kubeconfig or KUBECONFIG names one",
    "node": "the id of the step",
    "step": "what the step is called",
    "pod": "the pod of the step",
    "artifact": "the name of the artifact",
}
"""What may stand between braces, and what it is."""

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


class Program(msgspec.Struct, frozen=True):
    """A program, and where its output goes."""

    words: tuple[str, ...]
    """The argument vector; one text alone for a shell."""
    shell: bool = False
    """Whether `sh` reads it."""
    on_screen: bool = False
    """Whether what it prints is shown on a screen of ours; else it gets the terminal."""

    def argv(self, values: Mapping[str, str]) -> list[str]:
        """The arguments to start it with.

        Raises: PlanError where a value is not known here, or would be taken for a flag.
        """
        if self.shell:
            script = _filled(self.words[0], {k: shlex.quote(v) for k, v in values.items() if v})
            return ["sh", "-c", script]
        found = [_filled(word, values) for word in self.words]
        for word, argument in zip(self.words, found, strict=True):
            if argument.startswith("-") and not word.startswith("-"):
                raise PlanError(f"{clean(argument)} would be taken for a flag")
            if "\0" in argument:
                raise PlanError("a value holds a character that no argument can")
        return found


def check(words: Sequence[str]) -> None:
    """Raises: InputError where a text names values that there are not, or has odd braces."""
    for name in (name for word in words for name in _names(word)):
        if name not in VALUES:
            raise InputError(f"there is no value {{{name}}}; there are {', '.join(VALUES)}")


def wanted(words: Sequence[str]) -> frozenset[str]:
    """The names of the values that are needed."""
    return frozenset(name for word in words for name in _names(word))


def _names(word: str) -> Iterator[str]:
    return (found[1] for found in _PLACE.finditer(word) if found[1] is not None)


def _filled(word: str, values: Mapping[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]  # {{ is one brace
        value = values.get(found[1], "")
        if not value:
            raise PlanError(f"{VALUES[found[1]]} is not known here ({{{found[1]}}})")
        return value

    return _PLACE.sub(put, word)
