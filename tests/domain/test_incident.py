"""What is left out of the file of an incident."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.incident import Redaction, artifact_member, log_member

SECRET = "hunter2-planted"


def cleaned(manifest: object) -> str:
    redaction = Redaction()
    redaction.learn(manifest)
    return json.dumps(redaction.redacted(manifest))


@pytest.mark.parametrize(
    "manifest",
    [
        {"parameters": [{"name": "db-password", "value": SECRET}]},
        {"env": [{"name": "API_KEY", "value": SECRET}]},
        {"inputs": {"parameters": [{"name": "token", "value": SECRET}]}, "args": [f"-p={SECRET}"]},
        {"data": {"password": SECRET}},
        {"spec": [{"name": "secretToken", "value": SECRET}, {"message": f"login {SECRET} failed"}]},
    ],
)
def test_values_that_are_called_like_a_secret_are_left_out_wherever_they_stand(
    manifest: object,
) -> None:
    text = cleaned(manifest)
    assert SECRET not in text and "***" in text


def test_names_of_secrets_and_what_is_no_secret_stay() -> None:
    manifest = {
        "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}],
        "accessKeySecret": {"name": "store-keys", "key": "accesskey"},
        "parameters": [{"name": "shards", "value": "30"}, {"name": "token", "value": ""}],
    }
    assert json.loads(cleaned(manifest)) == manifest


def test_what_was_learned_is_left_out_of_logs_too_and_listed_by_its_place() -> None:
    redaction = Redaction()
    redaction.learn({"spec": {"arguments": {"parameters": [{"name": "pwd", "value": SECRET}]}}})
    assert redaction.hidden == ["spec.arguments.parameters pwd"]
    assert redaction.data(f"a {SECRET} b".encode()) == b"a *** b"
    assert Redaction().data(b"as it is") == b"as it is"


@given(st.text(), st.text(), st.text())
def test_members_of_different_things_have_different_names(pod: str, one: str, other: str) -> None:
    names = {log_member(pod, one), log_member(pod, other), artifact_member(pod, "out", one)}
    assert len(names) == (2 if one == other else 3)
    assert not any(name.startswith("/") or ".." in name.split("/") for name in names if pod != "..")
