"""Who we are to a cluster: by our token, else by asking; and that not knowing is no error."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import refusing, saying, source_of
from tests.support.fake_api import Answer, secure_api
from tui.errors import Unreachable
from tui.ports.connection import offered
from tui.ports.identity import Caller, Identity, caller_of
from tui.sources.saved import SavedSource

REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def token(claims: Any) -> str:
    """A token that is not signed by anybody."""
    text = claims if isinstance(claims, str) else json.dumps(claims, ensure_ascii=False)
    payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"e30.{payload}.sig"


def review(name: str) -> Answer:
    return saying({"kind": "SelfSubjectReview", "status": {"userInfo": {"username": name}}})


def test_a_token_that_says_who_we_are_is_believed_and_nobody_is_asked(
    tmp_path: Path,
) -> None:
    claims = {"sub": "auth0|12?>", "email": "ä@x.org", "preferred_username": "alice", "aud": ["k"]}
    with secure_api(review("other")) as api:
        source = source_of(api, tmp_path, {"token": token(claims)})
        assert caller_of(source) == Caller("auth0|12?>", "ä@x.org", "alice")
        assert not api.asked


@pytest.mark.parametrize(
    "user",
    [
        {"token": "opaque"},
        {"token": "a.b.c"},
        {"token": token("[1]")},
        {"token": token({"sub": 5})},
        {"token": token({"sub": "me"}), "as": "alice"},
        {"username": "u", "password": "p"},
    ],
    ids=["opaque", "not-base64", "no-object", "odd-subject", "impersonating", "password"],
)
def test_else_the_cluster_is_asked_once(tmp_path: Path, user: dict[str, str]) -> None:
    with secure_api(review("alice")) as api:
        source = source_of(api, tmp_path, user)
        assert [caller_of(source) for _ in range(3)] == [Caller("alice")] * 3
        (asked,) = api.asked
    assert (asked.method, asked.path) == ("POST", REVIEWS)
    assert json.loads(asked.body)["kind"] == "SelfSubjectReview"


@pytest.mark.parametrize(
    "answer",
    [
        refusing(403, "Forbidden"),
        refusing(404, "NotFound"),
        review("system:anonymous"),
        review(""),
        saying({"status": {"userInfo": {"username": 5}}}),
        saying([]),
    ],
    ids=["refused", "unknown", "anonymous", "nobody", "odd-name", "odd"],
)
def test_where_nobody_says_we_are_nobody_and_it_is_not_asked_again(
    tmp_path: Path, answer: Answer
) -> None:
    with secure_api(answer) as api:
        source = source_of(api, tmp_path, {"token": "opaque"})
        assert [caller_of(source), caller_of(source)] == [None, None]
        assert len(api.asked) == 1


def test_what_could_not_be_asked_is_asked_again(tmp_path: Path) -> None:
    answers: list[Answer] = [lambda asked, reply: reply.cut(), review("alice")]

    def answer(asked: Any, reply: Any) -> None:
        answers.pop(0)(asked, reply)

    with secure_api(answer) as api:
        source = source_of(api, tmp_path, {"token": "opaque"})
        with pytest.raises(Unreachable):
            offered(source, Identity).caller()
        assert caller_of(source) == Caller("alice")


def test_it_may_be_asked_in_read_only_mode(tmp_path: Path) -> None:
    with secure_api(review("alice")) as api:
        assert caller_of(source_of(api, tmp_path, {"token": "t"}, read_only=True)) is not None


def test_a_file_has_nobody() -> None:
    source = SavedSource([], "one.yaml")
    assert source.port(Identity) is None and source.lacks(Identity)
    assert caller_of(source) is None
