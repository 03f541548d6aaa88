"""A saved run, or a recording, as a scene of the demo cluster: what was there, as plain JSON.

The demo reads it without knowing the files: objects, events, logs and small artifacts. Of a
recording all runs are there that were read whole, as they were at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import unquote

import msgspec

from tui.domain import incident
from tui.domain.logs import LogBlock
from tui.domain.workflow import Manifest
from tui.errors import InputError
from tui.ports.events import Event
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken
from tui.sources import is_recording
from tui.sources.incident import read as read_incident
from tui.sources.recorded import Player
from tui.sources.recorded import read as read_recording

MOST_TEXT = 4 << 20
"""Bytes of a log or an artifact that a scene has."""


class SceneLog(msgspec.Struct, frozen=True):
    """A log of a container, with the times of its lines."""

    namespace: str
    pod: str
    container: str
    text: str
    """One character a byte."""
    previous: bool = False


class SceneArtifact(msgspec.Struct, frozen=True):
    """The content of an artifact of a step."""

    node: str
    direction: str
    name: str
    data: str
    """One character a byte."""


class Scene(msgspec.Struct, frozen=True):
    """What is put into the demo cluster."""

    objects: tuple[Manifest, ...] = ()
    events: tuple[Event, ...] = ()
    namespace: str = ""
    """That of the events."""
    logs: tuple[SceneLog, ...] = ()
    artifacts: tuple[SceneArtifact, ...] = ()


def scene_of(path: str) -> Scene:
    """What a file has. Raises: InputError."""
    if is_recording(path):
        return _of_recording(read_recording(path))
    if not path.endswith(incident.SUFFIX):
        raise InputError(
            f"{path} is no scene", hint=f"a file that ends with {incident.SUFFIX}, or a recording"
        )
    return _of_incident(path)


def _of_incident(path: str) -> Scene:
    with closing(read_incident(path)) as source:
        namespace = source.contents.namespace
        logs: list[SceneLog] = []
        artifacts: list[SceneArtifact] = []
        for member in source.member_names():
            folder, _, rest = member.partition("/")
            parts = [unquote(each) for each in rest.split("/")]
            if f"{folder}/" == incident.LOGS and len(parts) == 2:
                name = parts[1].removesuffix(".log")
                container = name.removesuffix(".previous")
                text = source.member_text(member, MOST_TEXT)
                logs.append(SceneLog(namespace, parts[0], container, text, container != name))
            elif f"{folder}/" == incident.ARTIFACTS and len(parts) == 3:
                node, direction, name = parts
                text = source.member_text(member, MOST_TEXT)
                artifacts.append(SceneArtifact(node, direction, name, text))
        return Scene(
            tuple(source.manifests), tuple(source.told), namespace, tuple(logs), tuple(artifacts)
        )


def _of_recording(player: Player) -> Scene:
    from tui.kinds.registry import KINDS  # not needed for an incident

    timeline = player.timeline
    (first, *_) = player.connections
    with closing(first):
        objects: list[Manifest] = []
        for connection, kind, namespace, name in [_four(each) for each in timeline.wholes]:
            if connection != first.id:
                continue  # two clusters may have one name
            found = KINDS.get(kind)
            manifest = player.last_of((connection, kind, namespace, name))
            if found is not None and manifest is not None:
                manifest.setdefault("kind", found.resource.kind)
                manifest.setdefault("apiVersion", found.resource.api_version)
                objects.append(manifest)
        logs = [
            SceneLog(namespace, pod, container, _text(blocks), which == "previous")
            for connection, namespace, pod, container, which in timeline.logs
            if connection == first.id
            and (blocks := list(_log(player, namespace, pod, container, which)))
        ]
        events = tuple(_events(player))
        spaces = [str((each.get("metadata") or {}).get("namespace") or "") for each in objects]
        return Scene(tuple(objects), events, next(filter(None, spaces), ""), tuple(logs))


def _four(key: tuple[str, ...]) -> tuple[str, str, str, str]:
    connection, kind, namespace, name = key
    return connection, kind, namespace, name


def _log(
    player: Player, namespace: str, pod: str, container: str, which: str
) -> Iterator[LogBlock]:
    request = LogRequest(
        namespace, pod, container, follow=False, previous=which == "previous", source=0
    )
    yield from player.first.log(request, CancelToken())


def _text(blocks: Sequence[LogBlock]) -> str:
    return b"".join(block.stamped() for block in blocks if len(block)).decode("latin-1")[:MOST_TEXT]


def _events(player: Player) -> Iterator[Event]:
    """All that were told of anything, each once."""
    seen: set[str] = set()
    for connection, question, *about in player.timeline.answers:
        if question != "events" or connection != player.first.id or len(about) != 3:
            continue
        for event in player.first.events_told(*about):
            known = event.uid or f"{event.object_name} {event.reason} {event.last_seen}"
            if known not in seen:
                seen.add(known)
                yield event


def as_json(path: str) -> bytes:
    """The same as JSON, for the process of the demo. Raises: InputError."""
    scene: Any = scene_of(path)
    return msgspec.json.encode(scene)
