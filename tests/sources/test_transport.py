"""Requests, answers and connections: what holds for each, seen from the server's side."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.support.api_source import (
    ONE,
    PATCH,
    change,
    error_of,
    far_away,
    refusing,
    saying,
    source_of,
)
from tests.support.fake_api import (
    Asked,
    Reply,
    fake_api,
    listing,
    secure_api,
    workflow,
    write_kubeconfig,
)
from tests.support.where import where
from tui.domain.workflow import WorkflowRef
from tui.errors import Busy, Conflict, Expired, Missing, Refused, Rejected, Unreachable
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Scope
from tui.sources.answers import LONGEST_PAUSE
from tui.sources.opening import connect


def test_a_request_says_who_we_are_and_takes_gzip(tmp_path: Path) -> None:
    with secure_api(saying({"kind": "Workflow", "metadata": {"name": "x" * 5000}})) as api:
        found = far_away(api, tmp_path).get(ONE.target)
        source_of(api, tmp_path).get(ONE.target)
    assert found["metadata"]["name"] == "x" * 5000
    asked, near = api.asked
    assert near.headers["Accept-Encoding"] == "identity", "packing costs more than it saves here"
    lower = {name.lower(): value for name, value in asked.headers.items()}
    assert lower["authorization"] == "Bearer let-me"
    assert lower["accept-encoding"] == "gzip"
    assert lower["user-agent"].startswith("argo-tui/")


def test_names_cannot_leave_their_place_in_the_path(tmp_path: Path) -> None:
    with fake_api(saying({"kind": "Workflow"})) as api:
        source_of(api, tmp_path).get(WorkflowRef("argo", "../../secrets?x=1").target)
    assert api.asked[0].path.endswith("/workflows/..%2F..%2Fsecrets%3Fx%3D1")


def test_403_says_what_is_not_allowed_where_and_to_whom(tmp_path: Path) -> None:
    error = error_of(
        tmp_path,
        refusing(
            403,
            "Forbidden",
            'workflows.argoproj.io "one" is forbidden: User "jane" cannot get resource '
            '"workflows" in API group "argoproj.io" in the namespace "argo"',
            group="argoproj.io",
            kind="workflows",
        ),
    )
    assert isinstance(error, Refused)
    assert error.what == "not allowed to get workflows in argo"
    assert "jane" in error.hint
    assert "--namespace" in error.hint


def test_403_in_words_of_somebody_else_still_says_what_was_asked(tmp_path: Path) -> None:
    error = error_of(tmp_path, lambda asked, reply: reply.raw(b"<html>no", 403))
    assert isinstance(error, Refused)
    assert error.what == "not allowed to get workflows in argo"


def test_a_missing_workflow_and_a_missing_kind_are_told_apart(tmp_path: Path) -> None:
    gone = error_of(
        tmp_path,
        refusing(404, "NotFound", 'workflows.argoproj.io "one" not found', name="one"),
    )
    unknown = error_of(tmp_path, lambda asked, reply: reply.raw(b"404 page not found\n", 404))
    assert isinstance(gone, Missing)
    assert isinstance(unknown, Missing)
    assert gone.what == "there is no workflow one in argo"
    assert unknown.what == "this cluster has no Workflow kind"
    assert (gone.reason, unknown.reason) == ("NotFound", "NoKind")


def test_429_says_for_how_long(tmp_path: Path) -> None:
    error = error_of(
        tmp_path, refusing(429, "TooManyRequests", "later", headers={"Retry-After": "7"})
    )
    assert isinstance(error, Busy)
    assert error.retry_after == 7


def test_429_keeps_the_servers_words_and_says_when_it_wants_to_be_asked(tmp_path: Path) -> None:
    error = error_of(
        tmp_path,
        refusing(
            429,
            "TooManyRequests",
            "storage is (re)initializing",
            retryAfterSeconds=1,
        ),
    )
    assert error.what == "the cluster asks us to wait: storage is (re)initializing"
    assert error.hint == "it asks for 1 s"
    assert error.wait(30.0) == 1.0
    plain = error_of(tmp_path, refusing(429))
    assert plain.what == "the cluster asks us to slow down"
    assert plain.wait(30.0) == 30.0


@pytest.mark.parametrize(("said", "meant"), [("²", None), ("9" * 400, LONGEST_PAUSE)])
def test_429_with_an_odd_time_is_no_trouble_of_ours(
    tmp_path: Path, said: str, meant: float | None
) -> None:
    error = error_of(
        tmp_path, refusing(429, "TooManyRequests", "later", headers={"Retry-After": said})
    )
    assert isinstance(error, Busy)
    assert error.retry_after == meant


def test_503_is_busy_and_says_the_servers_words(tmp_path: Path) -> None:
    error = error_of(tmp_path, refusing(503, "ServiceUnavailable", "apiserver is shutting down"))
    assert isinstance(error, Busy)
    assert "apiserver is shutting down" in error.what


def test_a_conflict_says_whose_and_what_to_do(tmp_path: Path) -> None:
    answer = refusing(409, "Conflict", "the object has been modified", name="one")
    with fake_api(answer) as api, pytest.raises(Conflict, match="one was changed") as caught:
        change(source_of(api, tmp_path), PATCH)
    assert "repeat" in caught.value.hint


@pytest.mark.parametrize("code", [400, 415, 422])
def test_a_wrong_request_is_told_in_the_servers_words(tmp_path: Path, code: int) -> None:
    error = error_of(tmp_path, refusing(code, "Invalid", "metadata.name: Invalid value"))
    assert isinstance(error, Rejected)
    assert "metadata.name" in error.what


def test_a_login_page_is_not_mistaken_for_a_cluster(tmp_path: Path) -> None:
    error = error_of(tmp_path, lambda asked, reply: reply.raw(b"<html>Please log in</html>"))
    assert "cannot be read" in error.what
    assert "server address" in error.hint


def test_a_redirect_is_not_followed_with_our_token(tmp_path: Path) -> None:
    with fake_api(
        lambda asked, reply: reply.raw(b"", 302, {"Location": "http://127.0.0.1:9/elsewhere"})
    ) as api:
        with pytest.raises(Rejected, match="302"):
            source_of(api, tmp_path).get(ONE.target)
        assert len(api.asked) == 1


def test_nobody_listening_is_said_with_the_address(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    path = write_kubeconfig(tmp_path, url)
    with pytest.raises(Unreachable, match="cannot connect") as caught:
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
    assert url in caught.value.what
    assert "refused" in caught.value.what
    assert "0x" not in caught.value.what


def test_an_unknown_host_is_said(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://no-such-host.invalid")
    with pytest.raises(Unreachable, match="no address is known"):
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)


def test_a_connection_closed_without_an_answer_is_said_plainly(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        with pytest.raises(Unreachable) as caught:
            source_of(api, tmp_path).get(ONE.target)
        assert caught.value.what == f"{api.url} closed the connection without an answer"
        assert caught.value.hint == "is it https?"


def test_an_answer_that_breaks_off_is_said_plainly(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(b'{"metadata": ')
        reply.cut()

    with fake_api(answer) as api:
        with pytest.raises(Unreachable) as caught:
            source_of(api, tmp_path).get(ONE.target)
        assert caught.value.what == f"the connection to {api.url} broke: the answer ended early"


def test_a_forgotten_history_is_said_without_the_numbers_of_versions(tmp_path: Path) -> None:
    words = "too old resource version: 10 (2218)"
    with fake_api(lambda asked, reply: reply.refuse(410, "Expired", words)) as api:
        with pytest.raises(Expired) as caught:
            source_of(api, tmp_path).read_all(WORKFLOWS, Scope(("argo",)))
        assert "resource version" not in str(caught.value)
        assert caught.value.hint


def test_plain_http_behind_a_tls_address_is_a_connection_problem(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        path = write_kubeconfig(tmp_path, api.url.replace("http:", "https:"))
        with pytest.raises(Unreachable, match="secure connection"):
            connect(where(kubeconfig=str(path)), {}).get(ONE.target)


def test_a_list_asks_page_by_page(tmp_path: Path) -> None:

    pages = {"": listing(workflow("a"), more="next"), "next": listing(workflow("b"))}
    with fake_api(lambda a, reply: reply.json(pages[a.query.get("continue", "")])) as api:
        found = source_of(api, tmp_path).read_all(WORKFLOWS, Scope(("argo",), label_selector="a=b"))
    assert [each.ref.name for each in found] == ["a", "b"]
    assert [asked.query for asked in api.asked] == [
        {"limit": "500", "labelSelector": "a=b"},
        {"limit": "500", "labelSelector": "a=b", "continue": "next"},
    ]


def test_a_list_of_a_thousand_is_two_requests_and_few_bytes(tmp_path: Path) -> None:

    bulk = {"message": "the step failed because its pod was evicted " * 20}
    items = [workflow(f"wf-{n}", **bulk) for n in range(1000)]
    pages = {"": listing(*items[:500], more="next"), "next": listing(*items[500:])}
    plain = sum(len(json.dumps(page)) for page in pages.values())
    with fake_api(lambda a, reply: reply.json(pages[a.query.get("continue", "")])) as api:
        assert len(far_away(api, tmp_path).read_all(WORKFLOWS, Scope(("argo",)))) == 1000
        assert len(api.asked) == 2
        assert api.bytes_sent < plain / 10
