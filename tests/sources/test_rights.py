"""Asking a cluster what we may do: few requests, kept answers, and not knowing is no denial."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, source_of, transport_of
from tests.support.cluster import Cluster as Demo
from tests.support.cluster import running_cluster
from tests.support.fake_api import Asked, Reply, fake_api
from tests.support.golden import ABSENT, DATA
from tests.support.where import where
from tui.domain.rights import Right
from tui.errors import Refused, Unauthenticated, Unreachable
from tui.ports.connection import offered
from tui.ports.objects import Objects
from tui.ports.rights import Rights, Wanted
from tui.sources import answers, argo_server_answers
from tui.sources.argo_server_answers import StreamError
from tui.sources.cluster import Cluster
from tui.sources.kubernetes_rights import KEPT, KubernetesRights
from tui.sources.opening import connect

RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
ARGO = "argoproj.io"
PATCH = Right("patch", ARGO, "workflows")
UPDATE = PATCH._replace(verb="update")
MANY = [Wanted(Right(f"verb{n}", ARGO, "workflows")) for n in range(9)]


def rules(*told: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {"status": {"resourceRules": list(told), "incomplete": False, **status}}


def answering(
    told: dict[str, Any], may: Callable[[dict[str, Any]], bool] = lambda asked: False
) -> Callable[[Asked, Reply], None]:
    """An API that tells these rules, and answers single questions."""

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path == RULES:
            reply.json(told, 201)
        elif asked.path == ACCESS:
            about = json.loads(asked.body)["spec"]["resourceAttributes"]
            reply.json({"status": {"allowed": may(about)}}, 201)
        else:
            reply.refuse(403, "Forbidden", "no")

    return answer


def test_complete_rules_answer_everything_by_one_request(tmp_path: Path) -> None:
    one = {"verbs": ["update"], "apiGroups": [ARGO], "resources": ["workflows"]}
    with fake_api(answering(rules(one))) as api:
        port = offered(source_of(api, tmp_path), Rights)
        assert port.known("argo").allows(UPDATE) is None and not api.asked
        found = port.learn("argo", [*MANY, Wanted(PATCH)])
        assert (found.allows(UPDATE), found.allows(PATCH)) == (True, False)
        assert port.known("argo") == found == port.learn("argo")
        (asked,) = api.asked
        assert (asked.method, asked.path) == ("POST", RULES)
        assert json.loads(asked.body)["spec"] == {"namespace": "argo"}


def test_what_incomplete_rules_leave_open_is_asked_one_by_one_and_four_requests_are_all(
    tmp_path: Path,
) -> None:
    told = rules(incomplete=True, evaluationError="webhook authorizer does not tell")
    with fake_api(answering(told, lambda asked: asked["verb"] == "verb1")) as api:
        found = offered(source_of(api, tmp_path), Rights).learn("argo", MANY)
        assert [asked.path for asked in api.asked] == [RULES, ACCESS, ACCESS, ACCESS]
        assert [found.allows(each.right) for each in MANY[:4]] == [False, True, False, None]
        assert found.trouble == "webhook authorizer does not tell"


def test_an_object_in_particular_is_asked_about_by_its_name(tmp_path: Path) -> None:
    told = rules(incomplete=True)
    with fake_api(answering(told, lambda asked: asked.get("name") == "a")) as api:
        port = offered(source_of(api, tmp_path), Rights)
        found = port.learn("argo", [Wanted(PATCH, "a"), Wanted(PATCH, "b"), Wanted(PATCH)])
        assert (found.allows(PATCH, "a"), found.allows(PATCH, "b")) == (True, False)
        about = json.loads(api.asked[1].body)["spec"]["resourceAttributes"]
        assert about == {
            "namespace": "argo",
            "verb": "patch",
            "group": ARGO,
            "resource": "workflows",
            "name": "a",
        }


def test_of_every_namespace_and_of_the_cluster_single_questions_are_asked(tmp_path: Path) -> None:
    with fake_api(answering(rules(), lambda asked: True)) as api:
        port = offered(source_of(api, tmp_path), Rights)
        everywhere = Right("list", ARGO, "workflows")
        of_cluster = Right("list", ARGO, "clusterworkflowtemplates", of_cluster=True)
        assert port.learn("", [Wanted(everywhere), Wanted(of_cluster)]).allows(everywhere)
        assert [asked.path for asked in api.asked] == [ACCESS, ACCESS]
        assert all(b'"namespace"' not in asked.body for asked in api.asked)


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_an_answer_is_good_for_five_minutes_or_until_something_is_refused(tmp_path: Path) -> None:
    with fake_api(answering(rules())) as api:
        cluster, now = Cluster(transport_of(api, tmp_path)), Time()
        port = KubernetesRights(cluster, now=now)
        port.learn("argo")
        now.seconds += KEPT - 1
        port.learn("argo")
        assert len(api.asked) == 1
        now.seconds += 2
        port.learn("argo")
        assert len(api.asked) == 2
        with pytest.raises(Refused):
            cluster.read_object("/apis/argoproj.io/v1alpha1/namespaces/argo/workflows/a")
        assert not port.known("argo").allows(PATCH), "what was known stays until it is asked"
        port.learn("argo")
        port.learn("argo")
        assert [asked.path for asked in api.asked[2:]].count(RULES) == 1
        port.learn("argo", anew=True)
        assert [asked.path for asked in api.asked[2:]].count(RULES) == 1, "it is of this moment"
        now.seconds += 3
        port.learn("argo", anew=True)
        assert [asked.path for asked in api.asked[2:]].count(RULES) == 2


def test_who_may_not_ask_knows_nothing_and_is_denied_nothing(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.refuse(403, "Forbidden", "not for you")

    with fake_api(answer) as api:
        port = offered(source_of(api, tmp_path), Rights)
        found = port.learn("argo", [Wanted(PATCH)])
        assert found.allows(PATCH) is None and found.trouble
        port.learn("argo", [])
        assert [asked.path for asked in api.asked] == [RULES, ACCESS], "a no is kept, too"


@pytest.mark.parametrize("rubbish", [b"", b"[]", b'{"status": {"resourceRules": 5}}', b"\xff"])
def test_an_answer_that_is_no_review_is_an_error_and_nothing_is_known(
    tmp_path: Path, rubbish: bytes
) -> None:
    with fake_api(lambda asked, reply: reply.raw(rubbish, 201)) as api:
        port = offered(source_of(api, tmp_path), Rights)
        with pytest.raises(Exception, match="cannot be read"):
            port.learn("argo")
        assert port.known("argo").allows(PATCH) is None


def test_odd_and_missing_fields_of_a_review_are_read_as_nothing(tmp_path: Path) -> None:
    told = rules({"verbs": ["get"], "apiGroups": None}, {}, more=1)
    with fake_api(answering(told)) as api:
        found = offered(source_of(api, tmp_path), Rights).learn("argo")
        assert found.is_complete and found.allows(PATCH) is False


def test_a_question_that_meets_a_stale_login_is_asked_once_more(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if len(api.asked) == 1:
            reply.refuse(401, "Unauthorized", "Unauthorized")
        else:
            reply.json(rules(), 201)

    with fake_api(answer) as api:
        assert offered(source_of(api, tmp_path), Rights).learn("argo").is_complete
        assert len(api.asked) == 2


def test_a_login_that_is_refused_and_a_broken_line_are_told(tmp_path: Path) -> None:
    def refused(asked: Asked, reply: Reply) -> None:
        reply.refuse(401, "Unauthorized", "Unauthorized")

    with fake_api(refused) as api, pytest.raises(Unauthenticated):
        offered(source_of(api, tmp_path), Rights).learn("argo")
    with (
        fake_api(lambda asked, reply: reply.cut()) as api,
        pytest.raises(Unreachable) as caught,
    ):
        offered(source_of(api, tmp_path), Rights).learn("argo")
    assert "may have been done" not in str(caught.value)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_cluster(tmp_path_factory.mktemp("demo"), tls=True) as cluster:
        yield cluster


def may(cluster: Demo, context: str, namespace: str, right: Right) -> bool | None:
    source = connect(where(kubeconfig=str(cluster.kubeconfig), context=context), {})
    try:
        return offered(source, Rights).learn(namespace).allows(right)
    finally:
        source.close()


@pytest.mark.parametrize(
    ("context", "namespace", "verb", "allowed"),
    [
        ("demo", "argo", "delete", True),
        ("demo-admin", "anywhere", "delete", True),
        ("demo-viewer", "argo", "patch", False),
        ("demo-viewer", "argo", "list", True),
        ("demo-least", "argo", "patch", True),
        ("demo-least", "default", "patch", False),
    ],
)
def test_the_accounts_of_the_demo_may_what_they_may(
    demo: Demo, context: str, namespace: str, verb: str, allowed: bool
) -> None:
    assert may(demo, context, namespace, Right(verb, ARGO, "workflows")) is allowed


def test_a_read_only_connection_may_ask_too(demo: Demo) -> None:
    asked = where(kubeconfig=str(demo.kubeconfig), read_only=True)
    source = connect(asked, {})
    assert offered(source, Rights).learn("argo").allows(PATCH)
    with pytest.raises(Exception, match="there is no workflow"):
        offered(source, Objects).get(ONE.target)
    source.close()


@pytest.mark.parametrize("name", ["admin", "operator", "viewer", "viewer-other-namespace"])
def test_recorded_reviews_of_a_real_cluster_are_read(tmp_path: Path, name: str) -> None:
    recorded = DATA / "kube" / "reviews" / f"ssrr-{name}.http"
    if not recorded.is_file():
        pytest.skip(ABSENT)
    body = recorded.read_text().split("\n\n")[-1].strip()
    with fake_api(lambda asked, reply: reply.raw(body.encode(), 201)) as api:
        found = offered(source_of(api, tmp_path), Rights).learn("sv-1")
    assert found.is_complete and not found.trouble
    wanted = {"admin": "lpdg", "operator": "lpdg", "viewer": "l"}.get(name, "")
    assert {
        "l": found.allows(Right("list", ARGO, "workflows")),
        "p": found.allows(PATCH),
        "d": found.allows(Right("delete", "", "pods"), "a"),
        "g": found.allows(Right("get", "", "pods", "log"), "a"),
    } == {key: key in wanted for key in "lpdg"}


@pytest.mark.parametrize(
    ("resource", "where", "what", "hint"),
    [
        (
            "workflows",
            'in the namespace "etl"',
            "list workflows in etl",
            "try --namespace, or ask for the right",
        ),
        (
            "workflows",
            "at the cluster scope",
            "list workflows in all namespaces",
            "try --namespace, or ask for the right",
        ),
        (
            "clusterworkflowtemplates",
            "at the cluster scope",
            "list clusterworkflowtemplates",
            "ask for the right",
        ),
    ],
)
def test_another_namespace_is_advised_where_that_may_help(
    resource: str, where: str, what: str, hint: str
) -> None:
    about = f'cannot list resource "{resource}" in API group "argoproj.io" {where}'
    message = f'{resource}.argoproj.io is forbidden: User "ops" {about}'
    body = json.dumps({"kind": "Status", "message": message, "code": 403}).encode()
    found = answers.refusal(403, {}, body, path=f"/apis/argoproj.io/v1alpha1/{resource}")
    assert found.what == f"not allowed to {what}"
    assert found.hint == f"you are ops; {hint}"


def test_so_it_is_by_an_argo_server() -> None:
    told = argo_server_answers.told_in_stream
    words = "Permission denied, you are not allowed to list {}."
    found = told(StreamError(7, 403, words.format("clusterworkflowtemplates")))
    assert (found.what, found.hint) == (
        "not allowed to list clusterworkflowtemplates",
        "ask for the right",
    )
    found = told(StreamError(7, 403, words.format('workflows in namespace "argo"')))
    assert (found.what, found.hint) == (
        "not allowed to list workflows in argo",
        "try --namespace, or ask for the right",
    )
