"""The rules of Kubernetes for keys and values, and that the API keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.demo_api import WF, Client, wf
from tui.demo import qualified


@pytest.mark.parametrize("key", ["a", "A.b-c_d", "workflows.argoproj.io/phase", "1", "a" * 63])
def test_good_keys(key: str) -> None:
    assert qualified.wrong_key(key) == ""


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("bad key!", "name part must consist of"),
        ("-a", "name part must consist of"),
        ("", "name part must be non-empty"),
        ("a/", "name part must be non-empty"),
        ("/a", "prefix part must be non-empty"),
        ("Upper/a", "prefix part a lowercase RFC 1123 subdomain"),
        ("a/b/c", "a qualified name must consist of"),
        ("a" * 64, "name part must be no more than 63 characters"),
    ],
)
def test_bad_keys(key: str, words: str) -> None:
    assert qualified.wrong_key(key).startswith(words)


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"labels": {"bad key!": "1"}}, "metadata.labels"),
        ({"labels": {"a": "x" * 64}}, "metadata.labels"),
        ({"annotations": {"bad key!": "1"}}, "metadata.annotations"),
        ({"name": "x" * 254}, "metadata.name"),
    ],
)
def test_what_breaks_them_is_refused_when_it_is_made(
    ask: Client, metadata: dict[str, Any], field: str
) -> None:
    body = wf("a")
    body["metadata"] |= metadata
    status, answer = ask("POST", WF, body)
    assert (status, answer["details"]["causes"][0]["field"]) == (422, field)


def test_what_breaks_them_is_refused_when_it_is_added(ask: Client) -> None:
    ask("POST", WF, wf("a"))
    patch = {"metadata": {"labels": {"bad key!": "1"}}}
    kind = {"Content-Type": "application/merge-patch+json"}
    status, answer = ask("PATCH", f"{WF}/a", patch, **kind)
    assert (status, answer["reason"]) == (422, "Invalid")
    # Annotations may be of any case, and of any value.
    patch = {"metadata": {"annotations": {"Example.com/Key": "any text\\n"}}}
    assert ask("PATCH", f"{WF}/a", patch, **kind)[0] == 200


def test_the_keys_of_a_config_map_have_rules_too(ask: Client) -> None:
    path = "/api/v1/namespaces/argo/configmaps"
    body = {"metadata": {"name": "c"}, "data": {"a b": "c"}}
    status, answer = ask("POST", path, body)
    assert (status, answer["details"]["causes"][0]["field"]) == (422, "data[a b]")
    assert ask("POST", path, {**body, "data": {"..data-x_y": "c"}})[0] == 201
