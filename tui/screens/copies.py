"""What can be copied of an object, beside its name: what other programs want to know of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tui.domain.identity import ObjectKey
from tui.domain.links import Link, page_of
from tui.domain.yamltext import yaml_blocks
from tui.kinds.base import Kind

MOST = 200_000
"""Bytes of JSON from which on its YAML is certainly too much for a clipboard."""


class Copied(NamedTuple):
    """A text that can be copied."""

    title: str
    text: str


def copies_of(
    kind: Kind[Any, Any],
    key: ObjectKey,
    uid: str = "",
    *,
    context: str = "",
    pages: str = "",
    step: str = "",
) -> Iterator[Copied]:
    """The names of an object, its web page, and the commands that show it.

    `context` is that of a kubeconfig which the commands have to name, `pages` the address below
    which Argo's web pages are; "" for none. `step` is the id of the step that is meant, if one is.
    """
    yield Copied("Name", key.name)
    if key.namespace:
        yield Copied("Namespace/name", f"{key.namespace}/{key.name}")
    if uid:
        yield Copied("UID", uid)
    link = Link("", key.namespace, key.name, step, key.kind, uid=key.incarnation)
    if pages and (page := page_of(pages, link)):
        yield Copied("Web page", page)
    resource = kind.resource
    plural = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    yield Copied(
        "kubectl command",
        _command("kubectl get", f"{plural} {shlex.quote(key.name)}", key, context),
    )
    if kind.argo:
        yield Copied(
            "argo command", _command(f"argo {kind.argo}", shlex.quote(key.name), key, context)
        )


def copies_of_pod(pod: str, key: ObjectKey, *, context: str = "") -> Iterator[Copied]:
    """The name of a pod, and the command that prints its log."""
    yield Copied("Pod", pod)
    about = f"{shlex.quote(pod)} -c main"
    yield Copied("kubectl logs command", _command("kubectl logs", about, key, context))


def names(count: int) -> str:
    """What names that are copied are called."""
    return "1 name" if count == 1 else f"{count:,} names"


def copies_of_marked(each: Sequence[Iterable[Copied]]) -> Iterator[tuple[str, Sequence[str]]]:
    """What can be copied of several that are marked: a line of each, of what more than one has."""
    lines: dict[str, list[str]] = {}
    for copies in each:
        for title, text in copies:
            lines.setdefault(title, []).append(text)
    for title, found in lines.items():
        if len(found) == len(each):
            yield f"{title} of {len(each):,} marked", found
        elif len(found) > 1:
            yield f"{title} of {len(found):,} of {len(each):,} marked", found


def yaml_of(raw: bytes) -> Sequence[str]:
    """The lines of the YAML of an object's JSON; none for one that no clipboard takes."""
    return "".join(yaml_blocks(raw)).splitlines() if len(raw) <= MOST else ()


def _command(program: str, about: str, key: ObjectKey, context: str) -> str:
    words = [program, about]
    if key.namespace:
        words.append(f"-n {shlex.quote(key.namespace)}")
    if context:
        words.append(f"--context {shlex.quote(context)}")
    return " ".join(words)
