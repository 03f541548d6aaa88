"""Writes: what is sent, and that nothing is sent twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.api_source import (
    KEY,
    ONE,
    PATCH,
    change,
    refusing,
    saying,
    source_of,
    transport_of,
)
from tests.support.fake_api import Asked, Reply, fake_api
from tui.domain.identity import ObjectKey
from tui.errors import Missing, Refused, Unreachable
from tui.ports.connection import offered
from tui.ports.operations import Create, Delete, Operations, Patch, Update
from tui.sources.kubernetes_operations import MERGE_PATCH


def test_a_write_is_never_sent_twice_not_even_after_a_401(tmp_path: Path) -> None:
    with fake_api(refusing(401, "Unauthorized")) as api:
        with pytest.raises(Refused):
            change(source_of(api, tmp_path), PATCH)
        assert len(api.asked) == 1


def test_a_write_whose_answer_was_lost_says_that_its_fate_is_unknown(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        with pytest.raises(Unreachable, match="may have been done or not"):
            change(source_of(api, tmp_path), PATCH)
        assert len(api.asked) == 1


def test_a_write_over_a_kept_connection_that_ends_just_then_is_not_sent_again(
    tmp_path: Path,
) -> None:
    ports: list[int] = []

    def answer(asked: Asked, reply: Reply) -> None:
        ports.append(reply._handler.client_address[1])
        reply.json({}) if asked.method == "GET" else reply.cut()

    with fake_api(answer) as api:
        source = source_of(api, tmp_path)
        source.get(ONE.target)
        with pytest.raises(Unreachable, match="may have been done or not"):
            change(source, PATCH)
        assert [asked.method for asked in api.asked] == ["GET", "PATCH"]
    assert len(set(ports)) == 1


def test_a_write_that_found_no_connection_is_said_not_to_be_sent(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path)
    with pytest.raises(Unreachable) as failed:
        change(source, PATCH)
    assert "was not sent" in failed.value.hint
    assert "not known" not in failed.value.hint and "may have been done" not in failed.value.what
    assert not [asked for asked in api.asked if asked.method == "PATCH"]


def test_a_write_carries_its_body_type_and_query(tmp_path: Path) -> None:
    rehearsal = Update(key=KEY, manifest={"kind": "W"}, purpose="rehearse", dry_run=True)
    with fake_api(saying({"kind": "Workflow"})) as api:
        assert change(source_of(api, tmp_path), PATCH, rehearsal) == {"kind": "Workflow"}
    patched, rehearsed = api.asked
    assert patched.method == "PATCH"
    assert json.loads(patched.body) == {"spec": {"shutdown": "Stop"}}
    assert patched.headers["Content-Type"] == MERGE_PATCH
    assert patched.query == {}
    assert rehearsed.headers["Content-Type"] == "application/json"
    assert rehearsed.query == {"dryRun": "All"}


def test_deleting_what_is_gone_counts_as_done_and_changing_it_does_not(tmp_path: Path) -> None:
    answer = refusing(404, "NotFound", 'pods "p" not found', name="p")
    with fake_api(answer) as api:
        source = source_of(api, tmp_path)
        pod = ObjectKey("", "pod", "argo", "p")
        assert change(source, Delete(key=pod, purpose="delete pod p")) == {}
        assert api.asked[-1].path == "/api/v1/namespaces/argo/pods/p"
        with pytest.raises(Missing):
            change(source, Patch(key=pod, patch={}, purpose="patch pod p"))


def test_read_only_mode_lets_no_write_leave(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, read_only=True)
        operations = offered(source, Operations)
        assert operations.refusal("workflow.stop", None) == "this is read-only mode"
        for one in (
            Create(key=KEY, manifest={}, purpose="create"),
            Update(key=KEY, manifest={}, purpose="update"),
            Update(key=KEY, manifest={}, purpose="rehearse", dry_run=True),
            PATCH,
            Delete(key=KEY, purpose="delete"),
        ):
            with pytest.raises(Refused, match="read-only"):
                change(source, one)
        assert not api.asked
        transport_of(api, tmp_path, read_only=True).send(
            "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body={}
        )
        assert [asked.method for asked in api.asked] == ["POST"]
