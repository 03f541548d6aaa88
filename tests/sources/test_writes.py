"""Writes: what is sent, and that nothing is sent twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.api_source import ONE, PATCH, refusing, saying, source_of
from tests.support.fake_api import Asked, Reply, fake_api
from tui.domain.writes import MERGE_PATCH, Write
from tui.errors import Missing, Refused, Unreachable


def test_a_write_is_never_sent_twice_not_even_after_a_401(tmp_path: Path) -> None:
    with fake_api(refusing(401, "Unauthorized")) as api:
        with pytest.raises(Refused):
            source_of(api, tmp_path).perform(PATCH)
        assert len(api.asked) == 1


def test_a_write_whose_answer_was_lost_says_that_its_fate_is_unknown(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        with pytest.raises(Unreachable, match="may have been done or not"):
            source_of(api, tmp_path).perform(PATCH)
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
        source.get(ONE)
        with pytest.raises(Unreachable, match="may have been done or not"):
            source.perform(PATCH)
        assert [asked.method for asked in api.asked] == ["GET", "PATCH"]
    assert len(set(ports)) == 1


def test_a_write_carries_its_body_type_and_query(tmp_path: Path) -> None:
    write = Write(
        "PATCH", PATCH.path, PATCH.body, MERGE_PATCH, query=(("fieldManager", "argo tui"),)
    )
    with fake_api(saying({"kind": "Workflow"})) as api:
        assert source_of(api, tmp_path).perform(write) == {"kind": "Workflow"}
    (asked,) = api.asked
    assert asked.method == "PATCH"
    assert json.loads(asked.body) == {"spec": {"shutdown": "Stop"}}
    assert asked.headers["Content-Type"] == MERGE_PATCH
    assert asked.query == {"fieldManager": "argo tui"}


def test_deleting_what_is_gone_counts_as_done_where_the_plan_says_so(tmp_path: Path) -> None:
    path = "/api/v1/namespaces/argo/pods/p"
    answer = refusing(404, "NotFound", 'pods "p" not found', name="p")
    with fake_api(answer) as api:
        source = source_of(api, tmp_path)
        assert source.perform(Write("DELETE", path, missing_ok=True)) == {}
        with pytest.raises(Missing):
            source.perform(Write("DELETE", path))


def test_read_only_mode_lets_no_write_leave(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, read_only=True)
        assert not source.capabilities.can_write
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(Refused, match="read-only"):
                source.perform(Write(method, PATCH.path, {}))
        assert not api.asked
        review = Write("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {})
        source.perform(review)
        assert [asked.method for asked in api.asked] == ["POST"]
