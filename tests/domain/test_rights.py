"""Which rules cover which rights, as Kubernetes' RBAC authorizer decides it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.rights import Permissions, Right, Rule, needs

ARGO = "argoproj.io"
PATCH = Right("patch", ARGO, "workflows")
GET_LOG = Right("get", "", "pods", "log")
LIST_CLUSTER = Right("list", ARGO, "clusterworkflowtemplates", of_cluster=True)


def rule(verbs: str, groups: str, resources: str, names: str = "") -> Rule:
    """A rule from words; `core` is the core group."""
    return Rule(
        tuple(verbs.split()),
        tuple("" if group == "core" else group for group in groups.split()),
        tuple(resources.split()),
        tuple(names.split()),
    )


@pytest.mark.parametrize(
    ("given_rule", "right", "covered"),
    [
        (rule("patch", ARGO, "workflows"), PATCH, True),
        (rule("*", "*", "*"), PATCH, True),
        (rule("get list", ARGO, "workflows"), PATCH, False),
        (rule("patch", "core", "workflows"), PATCH, False),
        (rule("patch", ARGO, "cronworkflows"), PATCH, False),
        (rule("get", "core", "pods"), GET_LOG, False),
        (rule("get", "core", "pods/log"), GET_LOG, True),
        (rule("get", "core", "*/log"), GET_LOG, True),
        (rule("get", "core", "*/exec pods/*"), GET_LOG, False),
        (rule("get", "core", "*"), GET_LOG, True),
        (rule("get", "core", "*/log"), Right("get", "", "pods"), False),
        (rule("get", "core", "log"), GET_LOG, False),
        (rule("", "", ""), PATCH, False),
    ],
)
def test_a_rule_covers_what_rbac_says_it_covers(
    given_rule: Rule, right: Right, covered: bool
) -> None:
    assert given_rule.covers(right) is covered


def test_a_rule_of_named_objects_covers_those_alone_and_never_a_list() -> None:
    named = rule("patch list", ARGO, "workflows", "a b")
    assert named.covers(PATCH, "a") and not named.covers(PATCH, "c")
    assert not named.covers(PATCH) and not named.covers(PATCH._replace(verb="list"))
    assert named.covers(PATCH, None), "there may be one that it is allowed to"


WORDS = st.sampled_from(["get", "list", "patch", "a", "b", "pods", "workflows", "*"])
PLURALS = st.sampled_from(["pods", "workflows", "pods/log", "*/log", "*", "workflows/status"])
RULES = st.builds(
    Rule,
    st.lists(WORDS, max_size=3).map(tuple),
    st.lists(st.sampled_from(["", ARGO, "*"]), max_size=2).map(tuple),
    st.lists(PLURALS, max_size=3).map(tuple),
    st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
)
RIGHTS = st.builds(
    Right,
    st.sampled_from(["get", "list", "patch"]),
    st.sampled_from(["", ARGO]),
    st.sampled_from(["pods", "workflows"]),
    st.sampled_from(["", "log", "status"]),
)
NAMES = st.sampled_from(["", "a", "c"])


def evaluated(one: Rule, right: Right, name: str) -> bool:
    """`RuleAllows` of Kubernetes' RBAC authorizer, line by line."""
    combined = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
    verb = any(v in ("*", right.verb) for v in one.verbs)
    group = any(g in ("*", right.group) for g in one.groups)
    resource = any(
        wanted in ("*", combined)
        or (right.subresource != "" and wanted == f"*/{right.subresource}")
        for wanted in one.resources
    )
    named = not one.names or name in one.names
    return verb and group and resource and named


@given(RULES, RIGHTS, NAMES)
def test_matching_is_that_of_kubernetes(one: Rule, right: Right, name: str) -> None:
    assert one.covers(right, name) == evaluated(one, right, name)
    assert one.covers(right, None) == any(one.covers(right, n) for n in (name, *one.names, ""))


@given(st.lists(RULES, max_size=4), RULES, RIGHTS, NAMES, st.booleans())
def test_a_rule_more_never_takes_a_right_away(
    rules: list[Rule], more: Rule, right: Right, name: str, complete: bool
) -> None:
    before = Permissions("argo", tuple(rules), complete).allows(right, name)
    after = Permissions("argo", (*rules, more), complete).allows(right, name)
    assert before is not True or after is True
    assert complete == (before is not None) or before is True


@given(st.lists(RULES, max_size=4), RIGHTS, NAMES)
def test_incomplete_rules_deny_nothing(rules: list[Rule], right: Right, name: str) -> None:
    some = Permissions("argo", tuple(rules), is_complete=False)
    assert some.allows(right, name) is not False
    assert some.allows(right, None) is not False
    assert not some.lacking([right], name)


def test_single_answers_are_believed_before_rules_and_for_what_they_were_asked_about() -> None:
    denied = Permissions("argo", (rule("*", "*", "*"),), True, {(PATCH, "a"): False})
    assert denied.allows(PATCH, "a") is False and denied.allows(PATCH, "b") is True
    general: dict[Any, bool] = {(PATCH, ""): False}
    some = Permissions("argo", answers=general)
    assert some.allows(PATCH) is False and some.allows(PATCH, None) is False
    assert some.allows(PATCH, "a") is None, "a rule may be about that one alone"
    assert Permissions("argo", answers={(PATCH, ""): True}).allows(PATCH, "a") is True


def test_a_role_of_a_namespace_says_nothing_of_what_is_in_none() -> None:
    rules = (rule("*", ARGO, "*"),)
    assert Permissions("argo", rules, True).allows(LIST_CLUSTER) is None
    assert Permissions("argo", (), True).allows(LIST_CLUSTER) is False


@pytest.mark.parametrize(
    ("lacking", "namespace", "words"),
    [
        ([PATCH], "argo", "needs patch on workflows.argoproj.io in argo"),
        ([GET_LOG], "", "needs get on pods/log in all namespaces"),
        (
            [PATCH, PATCH._replace(verb="update"), Right("delete", "", "pods")],
            "ml",
            "needs patch, update on workflows.argoproj.io and delete on pods in ml",
        ),
        (
            [PATCH, PATCH._replace(resource="cronworkflows")],
            "argo",
            "needs patch on workflows.argoproj.io, cronworkflows.argoproj.io in argo",
        ),
        ([LIST_CLUSTER], "argo", "needs list on clusterworkflowtemplates.argoproj.io"),
        (
            [Right("get", ARGO, "workflows", "status")],
            "argo",
            "needs get on workflows.argoproj.io/status in argo",
        ),
    ],
)
def test_what_lacks_is_said_with_verb_and_resource(
    lacking: list[Right], namespace: str, words: str
) -> None:
    assert needs(lacking, namespace) == words
