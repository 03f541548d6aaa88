"""`argo-tui archive`, and what other commands do with runs that only the archive has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.argo_server import TOKEN, StandIn
from tests.support.fake_api import FakeApi
from tests.support.scripted import manifest
from tui.cli import main
from tui.domain.workflow import LABEL, Manifest

A, B = "aaaaaaaa-0000-0000-0000-000000000001", "bbbbbbbb-0000-0000-0000-000000000002"


def old(name: str, uid: str, day: int = 1, phase: str = "Failed") -> Manifest:
    begun = f"2026-10-{day:02}T10:00:00Z"
    found = manifest(name, phase=phase, startedAt=begun, finishedAt=begun)
    found["metadata"] |= {"uid": uid, "creationTimestamp": begun}
    found["metadata"]["labels"] = {f"{LABEL}phase": phase}
    return found


@contextmanager
def served(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with server.running() as api:
        monkeypatch.setenv("ARGO_SERVER", api.url)
        monkeypatch.setenv("ARGO_TOKEN", TOKEN)
        monkeypatch.setenv("ARGO_NAMESPACE", "argo")
        monkeypatch.setenv("ARGO_TUI_NOW", "2026-11-01T12:00:00Z")
        yield api


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(list(words)) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_the_archive_is_listed_the_newest_first_with_uids(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(archived=[old("one", A, 1), old("two", B, 2, "Succeeded")])
    with served(server, monkeypatch):
        lines = printed(capsys, "archive", "list").splitlines()
        assert [line.split()[1:3] for line in lines[1:3]] == [
            ["two", "Succeeded"],
            ["one", "Failed"],
        ]
        assert lines[0].split()[-1] == "UID" and lines[1].split()[-1] == B
        assert printed(capsys, "archive", "list", "-o", "name", "--status", "Failed") == "one\n"
        assert printed(capsys, "archive", "list", "-o", "name", "--limit", "1") == "two\n"
        (whole,) = json.loads(printed(capsys, "archive", "list", "-o", "json", "--limit", "1"))
        assert whole["metadata"]["uid"] == B and whole["kind"] == "Workflow"


def test_one_is_named_by_its_name_or_its_uid_and_never_guessed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(archived=[old("twin", A, 1), old("twin", B, 2), old("one", "uid-one")])
    with served(server, monkeypatch):
        assert printed(capsys, "archive", "get", "one", "-o", "name") == "one\n"
        said = printed(capsys, "archive", "get", "twin", code=2)
        assert "2 archived workflows are called twin" in said and A in said and B in said
        found = json.loads(printed(capsys, "archive", "get", A, "-o", "json"))
        assert found["metadata"]["uid"] == A
        assert "no archived workflow nope" in printed(capsys, "archive", "get", "nope", code=1)


def test_list_adds_what_only_the_archive_has_where_it_is_asked_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both = manifest("both", phase="Succeeded")
    server = StandIn(both, archived=[both, old("one", A)])
    with served(server, monkeypatch):
        assert printed(capsys, "list", "-o", "name") == "both\n"
        assert printed(capsys, "list", "-o", "name", "--archived") == "both\none\n"
        found = json.loads(printed(capsys, "list", "-o", "json", "--archived"))
        assert [each["metadata"]["name"] for each in found] == ["both", "one"]


@pytest.mark.parametrize("words", [["archive", "delete", "one"], ["delete", "--archived", "one"]])
def test_the_copy_of_the_archive_is_deleted_by_its_uid(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(manifest("one"), archived=[old("one", A)])
    with served(server, monkeypatch) as api:
        printed(capsys, *words)
        assert not server.archived and server.named("one"), "what is in the cluster stays"
        assert [each.path for each in api.asked if each.method == "DELETE"] == [
            f"/api/v1/archived-workflows/{A}"
        ]


def test_delete_without_a_word_of_the_archive_never_deletes_its_copy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(archived=[old("one", A)])
    with served(server, monkeypatch) as api:
        said = printed(capsys, "delete", "one", code=1)
        assert "in the archive alone" in said and "--archived" in said
        assert all(each.method == "GET" for each in api.asked)
        said = printed(capsys, "delete", "--archived", "-l", "a=b", code=2)
        assert "one by one" in said


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        (["archive", "retry", "one"], "retry"),
        (["retry", "one"], "retry"),
        (["archive", "resubmit", A], "resubmit"),
        (["resubmit", "one", "-p", "a=b"], "resubmit"),
    ],
)
def test_an_archived_run_is_run_again_by_the_endpoints_of_the_archive(
    words: list[str],
    verb: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = old("one", A)
    run["spec"] = {"arguments": {"parameters": [{"name": "a", "value": "x"}]}}
    with served(StandIn(archived=[run]), monkeypatch) as api:
        printed(capsys, *words)
        (sent,) = [each for each in api.asked if each.method == "PUT"]
        assert sent.path == f"/api/v1/archived-workflows/{A}/{verb}"
        body = json.loads(sent.body)
        assert (body["name"], body["namespace"]) == ("one", "argo")
        assert body.get("parameters", ["a=b"]) == ["a=b"]


def test_a_new_name_is_kept_though_no_endpoint_takes_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(archived=[old("one", A)])
    with served(server, monkeypatch):
        printed(capsys, "archive", "resubmit", "one", "--name", "mine")
        assert server.named("mine")["metadata"]["name"] == "mine"


def test_a_retry_of_what_is_in_the_cluster_again_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(manifest("one"), archived=[old("one", A)])
    with served(server, monkeypatch):
        said = printed(capsys, "archive", "retry", "one", code=1)
        assert "the cluster has one of this name" in said and "resubmit" in said


def test_what_is_nowhere_is_said_to_be_in_neither(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(StandIn(), monkeypatch):
        for command in ("get", "logs"):
            said = printed(capsys, command, "nope", code=1)
            assert "neither the cluster nor the archive has it" in said


def test_a_server_without_an_archive_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn()
    server.has_archive = False
    with served(server, monkeypatch):
        said = printed(capsys, "archive", "list", code=1)
        assert "keeps no archive" in said and "persistence.archive" in said


def test_the_labels_of_what_is_archived_are_told_and_the_values_of_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = old("two", B, 2, "Succeeded")
    run["metadata"]["labels"]["team"] = "\x1b[2Jml"
    with served(StandIn(archived=[old("one", A), run]), monkeypatch):
        keys = printed(capsys, "archive", "list-label-keys").splitlines()
        assert keys == ["team", f"{LABEL}phase", f"{LABEL}workflow-archiving-status"]
        values = printed(capsys, "archive", "list-label-values", "-l", f"{LABEL}phase")
        assert values == "Failed\nSucceeded\n"
        shown = printed(capsys, "archive", "list-label-values", "--selector", "team")
        assert shown.endswith("ml\n") and "\x1b" not in shown, "a label is text of a cluster"
        assert printed(capsys, "archive", "list-label-values", "-l", "nobody-has-it") == ""


@pytest.mark.parametrize("selector", ["a=b", "a,b", "!a", "a in (b)"])
def test_values_are_those_of_one_label(
    selector: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(StandIn(archived=[old("one", A)]), monkeypatch) as api:
        said = printed(capsys, "archive", "list-label-values", "-l", selector, code=2)
        assert "of one label" in said and not api.asked, "nothing is asked for nothing"


@pytest.mark.parametrize("words", [["list-label-keys"], ["list-label-values", "-l", "team"]])
def test_where_nothing_is_archived_no_label_is_an_answer(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn()
    with served(server, monkeypatch):
        assert printed(capsys, "archive", *words) == ""
        server.has_archive = False
        assert "keeps no archive" in printed(capsys, "archive", *words, code=1)


@pytest.mark.parametrize("words", [["archive", "delete"], ["delete", "--archived"]])
def test_a_copy_of_the_archive_has_no_finalizers_to_force(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = StandIn(archived=[old("one", A)])
    with served(server, monkeypatch):
        assert "no finalizers" in printed(capsys, *words, "one", "--force", code=2)
        assert A in server.archived
