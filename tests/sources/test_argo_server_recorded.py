"""What a real Argo Server answered, given to our decoders and to our words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.golden import DATA
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
from tui.kinds.workflows import WORKFLOWS
from tui.sources.argo_server_answers import ENDED, WORDS
from tui.sources.argo_server_collections import everything, summary, whole_of
from tui.sources.argo_server_streams import listed_event, until_end
from tui.sources.lines import lines

SERVER = DATA / "argo-server"
pytestmark = pytest.mark.skipif(
    not SERVER.is_dir(), reason=f"{SERVER} with recorded answers is not on this machine"
)


class Answer(NamedTuple):
    """One recorded answer."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


def recorded(name: str) -> Answer:
    """A recorded unary answer."""
    raw = (SERVER / f"{name}.http").read_bytes()
    asked, _, answered = raw.partition(b"\n==========")
    answered = answered.partition(b"\n")[2]
    head, _, body = answered.partition(b"\n\n")
    first, *rest = head.decode().splitlines()
    headers = dict(line.split(": ", 1) for line in rest if ": " in line)
    method, target, _ = asked.decode().splitlines()[0].split(" ", 2)
    return Answer(method, target.partition("?")[0], int(first.split()[1]), headers, body)


def stream(name: str) -> tuple[int, list[bytes]]:
    """Status and chunks of a recorded stream."""
    text = (SERVER / f"{name}.stream.jsonl").read_text()
    found = [json.loads(line) for line in text.splitlines()]
    head = next(each for each in found if "status" in each)
    chunks = [each["chunk"].encode() for each in found if "chunk" in each]
    return int(head["status"].split()[1]), chunks


def error_of(name: str) -> SourceError:
    answer = recorded(name)
    return WORDS.refusal(
        answer.status, answer.headers, answer.body, method=answer.method, path=answer.path
    )


KINDS: dict[int, tuple[type[SourceError], ...]] = {
    400: (Rejected, Expired),
    401: (Unauthenticated,),
    403: (Refused,),
    404: (Missing,),
    409: (Conflict,),
    429: (Busy, Rejected),
    500: (Busy, Rejected),
    501: (Rejected,),
    503: (Busy,),
}


def _failures() -> Iterator[str]:
    for folder in ("errors", "archive", "actions", "templates", "servers", "get"):
        for path in sorted((SERVER / folder).glob("*.http")):
            name = f"{folder}/{path.name.removesuffix('.http')}"
            if "tls-plain" not in name and recorded(name).status >= 300:
                yield name


@pytest.mark.parametrize("name", list(_failures()) if SERVER.is_dir() else [])
def test_every_recorded_failure_is_an_error_of_its_kind_with_words(name: str) -> None:
    error, status = error_of(name), recorded(name).status
    assert isinstance(error, KINDS[status]), error
    assert error.what and "grpc_code" not in error.what and "timed out waiting" not in error.what


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("errors/404-workflow", "there is no workflow nope"),
        ("errors/404-cron", "there is no cron workflow nope"),
        ("errors/403-viewer-other-namespace", "not allowed to list workflows in team-b"),
        ("errors/403-viewer-stop", "not allowed to patch workflows in sv-1"),
        ("errors/401-wrong-token-list", "the Argo Server does not accept our token"),
        (
            "servers/client-only-no-token",
            "the Argo Server wants a token, and got none that it knows the form of",
        ),
        ("servers/just-started-503", "the Argo Server is starting"),
    ],
)
def test_recorded_failures_are_said_so(name: str, what: str) -> None:
    assert error_of(name).what == what


def test_a_list_of_live_and_archived_ones_is_read_with_its_version() -> None:
    body = recorded("list/all-full").body
    page = summary(WORKFLOWS).page(body)
    assert len(page.items) == 7 and page.version
    assert sum(bool(item.metadata.resource_version) for item in page.items) == 6
    for raw in everything(WORKFLOWS.resource).page(body).items:
        assert json.loads(raw)["kind"] == "Workflow"


def test_a_list_of_a_server_that_has_just_started_has_no_version() -> None:
    assert summary(WORKFLOWS).page(recorded("servers/just-started-cache-empty").body).version == ""


def test_one_workflow_is_read_with_its_kind() -> None:
    whole = whole_of(WORKFLOWS, recorded("get/live").body)
    assert whole.fits and whole.object.nodes
    assert json.loads(whole.raw)["apiVersion"] == "argoproj.io/v1alpha1"


def _events(name: str) -> Iterator[Any]:
    status, chunks = stream(name)
    assert status == 200
    for line in lines(iter(chunks)):
        if line.startswith(b"data: "):
            yield listed_event(line[6:].strip(), WORKFLOWS.listed)


def test_a_watch_from_nothing_tells_where_its_beginning_ends() -> None:
    events = list(_events("watch/send-initial-events"))
    kinds = [event.kind for event in events]
    assert set(kinds[:-1]) == {"ADDED"} and kinds[-1] == "BOOKMARK"
    assert events[-1].version and events[-1].item is None
    assert all(event.item.phase for event in events[:-1])


def test_a_recorded_end_is_no_error_and_a_lost_version_is_one() -> None:
    events = list(until_end(_events("watch/timeout-seconds-end-after-events-no-fields")))
    assert events
    status, chunks = stream("watch/timeout-seconds-end")
    assert WORDS.refusal(status, {}, b"".join(chunks)).reason == ENDED
    status, chunks = stream("watch/too-old-with-fields-and-error")
    assert isinstance(WORDS.refusal(status, {}, b"".join(chunks)), Expired)


def test_an_error_without_words_is_still_an_error() -> None:
    with pytest.raises(Busy, match="did not name"):
        listed_event(b"{}", WORKFLOWS.listed)


def test_the_recordings_are_where_they_are_expected() -> None:
    assert Path(SERVER, "README.md").is_file()
