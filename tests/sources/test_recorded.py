"""What a real API server answered, read by our decoders: nothing of what is shown is lost.

Everything recorded is read: workflows of every kind, their pods and events, watches as they came,
lists, refusals. What our structs declare must have the recorded value, whichever field it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.recorded import ABSENT, KUBE, Exchange, exchanges, objects
from tui.errors import (
    Busy,
    Conflict,
    Expired,
    Missing,
    Refused,
    Rejected,
    SourceError,
    Unauthenticated,
)
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.kinds.workflows import WORKFLOWS
from tui.sources import pods as core
from tui.sources.answers import refusal
from tui.sources.collections import listed_events, listed_page, whole_events
from tui.sources.lines import lines

pytestmark = pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)

UNPACKED = ("nodes", "compressedNodes")
"""What is unpacked, or looked through, while it is read."""
NOT_LISTED = (*UNPACKED, "annotations", "conditions", "resourcesDuration")
"""What is not kept of a workflow in a list, which never shows it."""

FILES = sorted(KUBE.glob("workflows/*/*.json"))
OF_WORKFLOWS = [path for path in FILES if path.stem.startswith("workflow")]
OF_PODS = [path for path in FILES if path.stem.startswith("pods")]
OF_EVENTS = [path for path in FILES if path.stem == "events"]


def shown(path: Path) -> str:
    """The folder and the file."""
    return f"{path.parent.name}/{path.stem}"


def lost(value: Any, raw: Any, at: str = "", but: tuple[str, ...] = ()) -> Iterator[str]:
    """Where a struct has another value than the JSON that it was read from."""
    if isinstance(value, msgspec.Struct):
        for each in msgspec.structs.fields(value):
            name = each.encode_name
            if raw.get(name) is not None and name not in but:
                yield from lost(getattr(value, each.name), raw[name], f"{at}.{name}", but)
    elif isinstance(raw, Mapping) and isinstance(value, Mapping):
        if raw.keys() != value.keys():
            yield f"{at}: {sorted(raw.keys() ^ value.keys())}"
        for name in raw.keys() & value.keys():
            yield from lost(value[name], raw[name], f"{at}.{name}", but)
    elif isinstance(raw, list) and isinstance(value, tuple | list):
        if len(raw) != len(value):
            yield f"{at}: {len(raw)} of them, {len(value)} read"
        for index, (one, other) in enumerate(zip(value, raw, strict=False)):
            yield from lost(one, other, f"{at}[{index}]", but)
    elif value != raw and str(value) != str(raw):
        yield f"{at}: {raw!r}, read as {value!r}"


@pytest.mark.parametrize("path", OF_WORKFLOWS, ids=shown)
def test_a_whole_workflow_has_all_that_a_screen_shows(path: Path) -> None:
    body = path.read_bytes()
    raw = json.loads(body)
    found, fits = WORKFLOWS.whole(body)
    assert fits
    assert list(lost(found, raw, but=UNPACKED)) == []
    nodes = raw["status"].get("nodes") or {}
    assert list(lost({**found.nodes} if nodes else {}, nodes)) == []
    assert bool(found.nodes) == bool(nodes or raw["status"].get("compressedNodes"))
    assert found.is_offloaded == bool(raw["status"].get("offloadNodeStatusVersion"))


@pytest.mark.parametrize("path", OF_WORKFLOWS, ids=shown)
def test_a_workflow_of_a_list_has_all_that_a_list_shows(path: Path) -> None:
    raw = json.loads(path.read_bytes())
    version = raw["metadata"]["resourceVersion"]
    body = json.dumps(
        {"items": [raw], "kind": "WorkflowList", "metadata": {"resourceVersion": "9"}}
    )
    page = listed_page(body.encode(), WORKFLOWS.listed)
    (found,) = page.items
    assert page.version == "9" and found.version == version
    assert list(lost(found, raw, but=NOT_LISTED)) == []
    said = [node.get("message") for node in (raw["status"].get("nodes") or {}).values()]
    if raw["status"].get("phase") in ("Failed", "Error") and any(said):
        assert found.reason


def test_one_unpacks_what_was_packed() -> None:
    body = (KUBE / "workflows" / "compressed" / "workflow.json").read_bytes()
    assert len(WORKFLOWS.whole(body)[0].nodes) == 122


@pytest.mark.parametrize("path", OF_PODS, ids=shown)
def test_pods_have_their_containers_and_how_these_stand(path: Path) -> None:
    body = path.read_bytes()
    found, _ = core.pods(body)
    raws = json.loads(body)["items"]
    assert [pod.name for pod in found] == [raw["metadata"]["name"] for raw in raws]
    for pod, raw in zip(found, raws, strict=True):
        status, annotations = raw["status"], raw["metadata"].get("annotations") or {}
        assert pod.phase == status["phase"]
        assert pod.node_id == annotations.get("workflows.argoproj.io/node-id", "")
        assert pod.started_at == status.get("startTime")
        told = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
        states = {
            each["name"]: (*each["state"], next(iter(each["state"].values())).get("exitCode"))
            for each in told
        }
        named = [*raw["spec"].get("initContainers", ()), *raw["spec"]["containers"]]
        assert [each.name for each in pod.containers] == [each["name"] for each in named]
        for each in pod.containers:
            assert (each.state, each.exit_code) == states.get(each.name, ("", None))


@pytest.mark.parametrize("path", OF_EVENTS, ids=shown)
def test_events_have_their_words_and_times(path: Path) -> None:
    body = path.read_bytes()
    found, _ = core.events(body)
    raws = json.loads(body)["items"]
    assert [(e.type, e.reason, e.message, e.uid, e.object_name, e.count) for e in found] == [
        (
            raw["type"],
            raw["reason"],
            raw.get("message", ""),
            raw["metadata"]["uid"],
            raw["involvedObject"]["name"],
            raw.get("count", 1),
        )
        for raw in raws
    ]
    for event, raw in zip(found, raws, strict=True):
        assert event.last_seen in (raw.get("lastTimestamp"), raw.get("eventTime"))


def test_the_kinds_beside_workflows_are_read_too() -> None:
    body = (KUBE / "workflows" / "cron-created" / "cronworkflow.json").read_bytes()
    found, fits = CRON_WORKFLOWS.whole(body)
    assert fits and list(lost(found, json.loads(body))) == []


def test_every_recorded_object_is_one_that_is_looked_at() -> None:
    rest = {path.stem for path in FILES} - {"gc", "cronworkflow"}
    assert {stem.partition("-")[0] for stem in rest} <= {
        *("workflow", "pods", "events", "taskresults", "tasksets")
    }
    assert len({path.parent for path in OF_WORKFLOWS}) == len({path.parent for path in FILES})
    assert sum(1 for _ in objects()) > 500


# --- streams and lists -----------------------------------------------------------------------

WATCHES = [
    each
    for each in exchanges("watch")
    if each.status == 200 and "/workflows" in each.path and each.name != "watch/table"
] + [each for each in exchanges("artifact-gc") if each.chunks]


@pytest.mark.parametrize("size", [0, 1, 1000], ids=["as it came", "byte by byte", "in pieces"])
@pytest.mark.parametrize("recorded", WATCHES, ids=lambda each: each.name)
def test_a_watch_tells_of_every_event_whatever_it_is_cut_into(
    recorded: Exchange, size: int
) -> None:
    data = recorded.answer
    pieces = [chunk.encode() for chunk in recorded.chunks]
    if size:
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
    many = list(listed_events(lines(pieces), WORKFLOWS.listed))
    one = list(whole_events(lines(pieces), WORKFLOWS))
    raws = recorded.events
    for events in (many, one):
        assert [event.kind for event in events] == [raw["type"] for raw in raws]
        assert [event.version for event in events] == [
            raw["object"]["metadata"].get("resourceVersion", "") for raw in raws
        ]
    for event, raw in zip(many, raws, strict=True):
        if event.kind == "ERROR":
            assert isinstance(event.error, Expired)
        elif event.kind != "BOOKMARK":
            assert list(lost(event.item, raw["object"], but=NOT_LISTED)) == []


@pytest.mark.parametrize(
    "recorded",
    [
        each
        for each in exchanges("lists")
        if each.is_whole and each.status == 200 and (each.json or {}).get("kind") == "WorkflowList"
    ],
    ids=lambda each: each.name,
)
def test_a_list_has_every_object_its_version_and_where_it_goes_on(recorded: Exchange) -> None:
    raw = recorded.json
    page = listed_page(recorded.answer, WORKFLOWS.listed)
    assert (page.version, page.more) == (
        raw["metadata"]["resourceVersion"],
        raw["metadata"]["continue"],
    )
    assert list(lost(page.items, raw["items"], but=NOT_LISTED)) == []


# --- refusals --------------------------------------------------------------------------------

KINDS: dict[int, type[SourceError]] = {
    400: Rejected,
    401: Unauthenticated,
    403: Refused,
    404: Missing,
    406: Rejected,
    409: Conflict,
    410: Expired,
    413: Rejected,
    415: Rejected,
    422: Rejected,
    429: Busy,
    500: Busy,
}
"""Status → what it is to us."""


@pytest.mark.parametrize(
    "recorded", [each for each in exchanges() if each.status >= 300], ids=lambda each: each.name
)
def test_a_refusal_is_of_its_kind_and_has_words_for_a_person(recorded: Exchange) -> None:
    error = refusal(
        recorded.status,
        dict(recorded.answer_headers),
        recorded.answer,
        method=recorded.method,
        path=recorded.path,
    )
    assert type(error) is KINDS[recorded.status]
    assert error.what and "{" not in error.what.partition("{nope")[0]
    assert "\n" not in error.what.strip()
    if error.status:
        assert error.status == recorded.status
