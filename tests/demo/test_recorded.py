"""The demo cluster, asked what a real API server was asked: both answer alike.

Each recorded exchange is put to a demo cluster that has what the real one had at that moment.
Status, headers that clients act on, and the shape and words of the body have to agree.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.demo_api import WF, Client, wf
from tests.support.recorded import (
    ABSENT,
    KUBE,
    Exchange,
    Replay,
    body_differences,
    differences,
    exchange,
    exchanges,
    objects,
)
from tests.support.waiting import wait_until
from tui.demo.access import ADMIN, Rule, User
from tui.demo.podlogs import LogLine
from tui.demo.resources import NAMESPACES, PODS, WORKFLOWS, Obj, Resource, by_kind

CM = "/api/v1/namespaces/argo/configmaps"
READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete")
REVIEWS = (
    Rule(
        ("authorization.k8s.io",),
        ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        ("create",),
    ),
    Rule(("authentication.k8s.io",), ("selfsubjectreviews",), ("create",)),
)
VIEWER = (
    *REVIEWS,
    Rule(("argoproj.io",), ("workflows",), READ, ("sv-1",)),
    Rule(("",), ("pods",), READ, ("sv-1",)),
)
OPERATOR = (
    *REVIEWS,
    Rule(("argoproj.io",), ("workflows",), (*READ, *WRITE), ("sv-1",)),
    Rule(("argoproj.io",), ("workflowtemplates", "cronworkflows"), READ, ("sv-1",)),
    Rule(("",), ("pods", "pods/log", "events"), READ, ("sv-1",)),
)

EXCUSED = {
    "errors/201-unknown-field-warning-header": "the demo has Argo's smaller definitions, which"
    " know no fields below the top",
    "errors/400-strict-unknown-field": "the same",
    "errors/422-schema-wrong-type": "the same",
    "errors/406-protobuf-of-a-cr": "the demo reads protobuf and writes none",
    "errors/429-eviction": "the demo has no disruption budgets, and says so",
    "errors/500-larger-than-etcd-takes": "the demo keeps objects of any size that it reads",
    "logs/container-waiting": "words of a stand-in for a kubelet",
    "logs/container-waiting-follow": "words of a stand-in for a kubelet",
    "logs/kubelet-unreachable": "the demo has no nodes that cannot be reached",
    "logs/kubelet-unreachable-follow": "the demo has no nodes that cannot be reached",
    "lists/discovery-aggregated-cut": "cut by hand",
    "lists/list-gzip-head-only": "only its headers were kept",
    "lists/version": "the demo is another version of Kubernetes",
    "lists/discovery-group-version": "the demo has fewer kinds; see the test of its own",
}
"""What the demo cannot be asked, and why."""


class Stage:
    """A demo cluster with the accounts of the real one, and with any objects of it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._access = cluster.server.access
        for name, rules in (("admin", ADMIN), ("viewer", VIEWER), ("operator", OPERATOR)):
            user = User(f"system:serviceaccount:argo:{name}", rules)
            self._access.users[name] = user
        tokens = {
            "TOKEN": "admin",
            "VIEWER-TOKEN": "viewer",
            "OPERATOR-TOKEN": "operator",
        }
        self.replay = Replay(
            cluster.url,
            {word: self._access.users[name].token for word, name in tokens.items()},
        )

    def has(self, *shown: Obj) -> None:
        """These objects are there, and no others but namespaces."""

        def put() -> None:
            store = self.cluster.store
            for resource in (WORKFLOWS, PODS, *_kinds(shown)):
                for record in tuple(store.records(resource)):
                    if record.finalizers:
                        lifted = {"metadata": {"finalizers": None}}
                        store.patch_merge(resource, record.namespace, record.name, lifted)
                    if store.find(resource, record.namespace, record.name):
                        store.delete(resource, record.namespace, record.name)
            for each in shown:
                resource = _kind(each)
                if not store.find(resource, each["metadata"].get("namespace", ""), _name(each)):
                    store.create(resource, copy.deepcopy(each))

        self.cluster.on_loop(put)

    def ask(self, recorded: Exchange, **query: str) -> Exchange:
        """The recorded request, asked here."""
        return self.replay.ask(recorded, **query)


def _kind(obj: Obj) -> Resource:
    found = by_kind(obj["apiVersion"], obj["kind"])
    assert found is not None
    return found


def _kinds(shown: Sequence[Obj]) -> Sequence[Resource]:
    return [kind for kind in dict.fromkeys(_kind(each) for each in shown) if kind != NAMESPACES]


def _name(obj: Obj) -> str:
    return str(obj["metadata"]["name"])


def _items(listing: Mapping[str, Any]) -> list[Obj]:
    """The objects of a list, each saying what it is."""
    about = {"apiVersion": listing["apiVersion"], "kind": listing["kind"].removesuffix("List")}
    return [{**about, **each} for each in listing["items"]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A demo cluster to ask."""
    if not KUBE.is_dir():
        pytest.skip(ABSENT)
    folder = tmp_path_factory.mktemp("recorded")
    with running_cluster(folder, tls=False, namespaces=("argo", "sv-1", "team-a")) as cluster:
        yield Stage(cluster)


# --- what was there when the real server was asked -----------------------------------------


def _page_live() -> Obj:
    found: Obj = exchange("lists/get-one").json
    return found


def _named(name: str) -> Obj:
    """A small workflow, as the recorded ones of that name were made."""
    made: Obj = exchange("writes/create").json
    owners = [{**owner, "manager": "unknown"} for owner in made["metadata"]["managedFields"]]
    made["metadata"] = {"name": name, "namespace": "sv-1", "managedFields": owners}
    return made


def _more(like: Obj) -> list[Obj]:
    """Two objects like another one, behind it in a list."""
    more = [copy.deepcopy(like) for _ in range(2)]
    for number, each in enumerate(more):
        each["metadata"].update(name=f"zz-{number}", uid=f"zz-{number}")
    return more


def _after(name: str, **metadata: Any) -> Callable[[], list[Obj]]:
    """The workflow as a recorded write left it."""

    def there() -> list[Obj]:
        left = exchange(f"writes/{name}").json
        left["metadata"].update(metadata)
        return [left]

    return there


def _of_list(name: str) -> Callable[[], list[Obj]]:
    """What a recorded list has, and more behind it if it goes on."""

    def there() -> list[Obj]:
        listing = exchange(name).json
        found = _items(listing)
        return [*found, *(_more(found[-1]) if listing["metadata"].get("continue") else ())]

    return there


def _of_table(table: Obj) -> list[Obj]:
    """The workflows that a recorded Table has rows of, and more behind them if it goes on."""
    known = {_name(each): each for path, each in objects() if path.stem == "workflow"}
    for recorded in exchanges("lists"):
        if recorded.is_whole and (recorded.json or {}).get("kind") == "WorkflowList":
            known.update({_name(each): each for each in _items(recorded.json)})
    live = _page_live()
    known[_name(live)] = live
    found = [known[row["cells"][0]] for row in table["rows"]]
    return [*found, *(_more(found[-1]) if table["metadata"].get("continue") else ())]


def _pods() -> list[Obj]:
    crasher: Obj = exchange("logs/crash-loop-pod").json
    recorded = [each for path, each in objects() if path.stem.startswith("pods")]
    typed = [{"apiVersion": "v1", "kind": "Pod", **each} for each in recorded]
    finished = exchange("writes/delete-pod-graceful").json
    for field in ("deletionTimestamp", "deletionGracePeriodSeconds"):
        finished["metadata"].pop(field)
    finished["metadata"]["generation"] = 1
    followed = copy.deepcopy(crasher)
    followed["metadata"].update(name="klog2", uid="klog2")
    return [crasher, finished, followed, *typed]


BEFORE: dict[str, Callable[[], list[Obj]]] = {
    "writes/patch-merge": _after("patch-remove-field", generation=2),
    "writes/patch-merge-nothing-changed": _after("patch-merge"),
    "writes/patch-remove-field": _after("patch-merge"),
    "writes/patch-json": _after("patch-merge"),
    "writes/patch-add-finalizer": _after("patch-remove-field"),
    "writes/delete-background-with-finalizer": _after("patch-add-finalizer"),
    "writes/get-terminating": _after("delete-background-with-finalizer"),
    "writes/delete-again-while-terminating": _after("delete-background-with-finalizer"),
    "writes/patch-drop-finalizer": _after("delete-background-with-finalizer"),
    "writes/create": list,
    "writes/create-dry-run": list,
    "writes/apply-server-side": list,
    "writes/get-after": list,
    "writes/delete-collection": lambda: _items(exchange("writes/delete-collection").json),
    "writes/delete-pod-graceful": _pods,
    "lists/list-continue": lambda: [
        _items(exchange("lists/list-limit-2").json)[-1],
        *_of_list("lists/list-continue")(),
    ],
    "errors/410-its-token-works": lambda: [
        _named("aa"),
        *_of_list("errors/410-its-token-works")(),
    ],
    "lists/partial-metadata-list": _of_list("lists/list-limit-2"),
}
"""Exchange → the objects there were, where the request does not tell."""


def _there(recorded: Exchange) -> list[Obj]:
    """The objects that a request was about."""
    folder, _, _ = recorded.name.partition("/")
    if recorded.name in BEFORE:
        return BEFORE[recorded.name]()
    if folder == "logs":
        return _pods()
    body = recorded.json if recorded.is_whole else None
    if folder == "lists" and isinstance(body, dict) and "rows" in body:
        return _of_table(body)
    if folder == "lists" and isinstance(body, dict) and "items" in body:
        return _of_list(recorded.name)()
    named = recorded.path.rpartition("/workflows/")[2]
    if recorded.method == "DELETE" and named != "nope" and "/" not in named:
        return [_named(named)]
    return [_page_live(), _named("page-live-1")]


def _query(stage: Stage, recorded: Exchange) -> dict[str, str]:
    """What of the query stands for something of the server that was asked."""
    if "resourceVersion" in recorded.query and recorded.name.startswith("errors/410"):
        stage.cluster.compact()
        return {"resourceVersion": "1001"}
    if recorded.query.get("continue", "zzz") == "zzz":
        return {}
    first = stage.ask(exchange("lists/list-all-namespaces-limit-1"))
    token = first.json["metadata"]["continue"]
    if recorded.name.startswith("errors/410"):
        stage.cluster.compact()
        if recorded.status == 200:
            expired = stage.ask(exchange("errors/410-continue-expired"), **{"continue": token})
            token = expired.json["metadata"]["continue"]
    return {"continue": token}


def _sent(recorded: Exchange) -> Exchange:
    """The request as it was, also where its body was too large to be kept."""
    if recorded.name != "errors/413-body-too-large":
        return recorded
    large = _named("x")
    large["metadata"]["annotations"] = {"large": "x" * (3 * 1024 * 1024)}
    return replace(recorded, body=json.dumps(large).encode())


def _print_logs(stage: Stage) -> None:
    """The containers have printed what was recorded of them."""
    pod = exchange("logs/ok").path.split("/")[-2]
    stamped = exchange("logs/ok-timestamps-tail").answer.decode().splitlines()
    printed: list[tuple[str, str, list[LogLine]]] = [
        (pod, "main", [LogLine(1, line) for line in _lines("logs/ok")]),
        (pod, "wait", [_stamped(line) for line in stamped]),
        ("crasher", "main", [LogLine(1, line) for line in _lines("logs/crash-loop-previous")]),
        ("crasher", "main", [LogLine(1, line) for line in _lines("logs/crash-loop-current")]),
    ]

    def put() -> None:
        logs = stage.cluster.logs
        for name, container, lines in printed:
            if name == "crasher" or not logs.has("sv-1", name, container):
                logs.begin("sv-1", name, container)
                logs.write("sv-1", name, container, lines)

    stage.cluster.on_loop(put)


def _lines(name: str) -> list[str]:
    return exchange(name).answer.decode().splitlines()


def _stamped(line: str) -> LogLine:
    stamp, _, text = line.partition(" ")
    seconds, _, rest = stamp.removesuffix("Z").partition(".")
    whole = datetime.fromisoformat(seconds + "+00:00")
    return LogLine(int(whole.timestamp()) * 1_000_000_000 + int(rest.ljust(9, "0")), text)


ASKED = [each for each in exchanges("reviews") if each.name.startswith("reviews/ssar-")] + [
    each
    for each in exchanges()
    if each.name.partition("/")[0] in ("errors", "lists", "logs", "writes")
    # Of the objects behind the other Tables nothing else was recorded.
    and not (each.name.startswith("lists/table-") and "/workflows" not in each.path)
    and not each.chunks
]


@pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)
@pytest.mark.parametrize("recorded", ASKED, ids=lambda each: each.name)
def test_the_demo_answers_as_a_real_api_server_did(stage: Stage, recorded: Exchange) -> None:
    if recorded.name in EXCUSED:
        pytest.skip(EXCUSED[recorded.name])
    stage.has(*_there(recorded))
    if recorded.name.startswith("logs/"):
        _print_logs(stage)
    if recorded.name == "errors/404-metrics":
        stage.cluster.fault("no-metrics")
    try:
        answered = stage.ask(_sent(recorded), **_query(stage, recorded))
    finally:
        stage.cluster.clear_faults()
    assert differences(recorded, answered) == []


WATCHES = exchanges("watch")


def _told(recorded: Exchange) -> list[tuple[str, Obj]]:
    return [(each["type"], each["object"]) for each in recorded.events]


def _before(recorded: Exchange) -> list[Obj]:
    """What was there when a watch began."""
    if recorded.status >= 400:
        return []
    told = _told(recorded)
    if recorded.name == "watch/table":
        # Asked of the same objects, of which the Table has the metadata only.
        told = _told(exchange("watch/resource-version-0"))
    if recorded.query.get("resourceVersion", "0") == "0":
        return [obj for kind, obj in told if kind == "ADDED"]
    if "leaves-and-enters" in recorded.name:
        return [told[0][1]]
    first = next((obj for kind, obj in told if kind == "MODIFIED"), None)
    if first is None or told[0][0] == "ADDED":
        return []
    before = copy.deepcopy(first)
    before["metadata"].setdefault("annotations", {})["changed"] = "soon"
    return [before]


def _happen(stage: Stage, recorded: Exchange) -> None:
    """What a watch told of happens again, after its beginning."""
    if recorded.query.get("resourceVersion", "0") == "0":
        return
    store = stage.cluster.store

    def happen(kind: str, obj: Obj, *, leaves: bool) -> None:
        resource, name = _kind(obj), _name(obj)
        namespace = obj["metadata"]["namespace"]
        obj["metadata"].pop("resourceVersion")
        there = store.find(resource, namespace, name)
        if leaves:
            store.patch_merge(resource, namespace, name, {"metadata": {"labels": {"leave": None}}})
        elif kind == "DELETED":
            store.delete(resource, namespace, name)
        elif there is None:
            store.create(resource, obj)
        else:
            store.update(resource, obj)

    told = _told(recorded)
    for at, (kind, obj) in enumerate(told):
        if kind in ("ADDED", "MODIFIED", "DELETED"):
            leaves = kind == "DELETED" and at + 1 < len(told)
            stage.cluster.on_loop(partial(happen, kind, copy.deepcopy(obj), leaves=leaves))


@pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)
@pytest.mark.parametrize("recorded", WATCHES, ids=lambda each: each.name)
def test_a_watch_of_the_demo_tells_what_a_real_one_told(stage: Stage, recorded: Exchange) -> None:
    stage.has(*_before(recorded))
    stage.cluster.server.api.watches.bookmark_seconds = 0.02
    asked = recorded.query
    query = {}
    if asked.get("resourceVersion", "0").isdigit() and int(asked.get("resourceVersion", 0)) > 1:
        version = stage.cluster.on_loop(lambda: stage.cluster.store.revision)
        query["resourceVersion"] = str(version + ("future" in recorded.name) * 10**6)
    if recorded.name == "watch/too-old-resource-version":
        stage.cluster.compact()
    with stage.replay.opened(recorded, **query) as answer:
        if recorded.status >= 400:
            refused = replace(
                recorded,
                status=answer.status,
                answer_headers=answer.getheaders(),
                answer=answer.read(),
            )
            assert differences(recorded, refused) == []
            return
        assert answer.status == recorded.status
        assert answer.headers["Content-Type"] == "application/json"
        _happen(stage, recorded)
        for kind, obj in _told(recorded):
            event = json.loads(answer.readline())
            assert event["type"] == kind
            assert list(body_differences(obj, event["object"])) == []


@pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)
def test_discovery_tells_of_the_kinds_that_both_have_the_same(stage: Stage) -> None:
    recorded = exchange("lists/discovery-group-version")
    there, here = (
        {
            each["name"]: {
                **{name: each[name] for name in each if name != "storageVersionHash"},
                "verbs": sorted(each["verbs"]),
            }
            for each in answer.json["resources"]
        }
        for answer in (recorded, stage.ask(recorded))
    )
    assert here.keys() <= there.keys()
    assert here == {name: there[name] for name in here}


# --- what no recording says in so many words --------------------------------------------------


@pytest.mark.parametrize(
    "body", [None, {}, {"propagationPolicy": "Background"}, {"dryRun": ["All"]}]
)
@pytest.mark.parametrize("asked", ["", "?dryRun=All", "?dryRun=All&propagationPolicy=Orphan"])
@pytest.mark.parametrize("path", [f"{WF}/a", WF, f"{CM}/a", CM])
def test_a_deletion_is_a_rehearsal_by_its_body_or_without_one_by_its_query(
    ask: Client, path: str, asked: str, body: Obj | None
) -> None:
    ask.cluster.workflow("a")
    ask("POST", CM, {"metadata": {"name": "a"}})
    rehearsal = "dryRun" in (body if body is not None else asked)
    assert ask("DELETE", path + asked, body)[0] == 200
    left = ask("GET", f"{path.removesuffix('/a')}/a")[0]
    assert left == (200 if rehearsal else 404)


@pytest.mark.parametrize(
    ("method", "path", "body", "content"),
    [
        ("POST", WF, wf("new"), "application/json"),
        ("PUT", f"{WF}/a", {**wf("a"), "spec": {"entrypoint": "other"}}, "application/json"),
        ("PATCH", f"{WF}/a", {"spec": {"entrypoint": "other"}}, "application/merge-patch+json"),
        (
            "PATCH",
            f"{WF}/a",
            [{"op": "add", "path": "/spec/suspend", "value": True}],
            "application/json-patch+json",
        ),
        ("PATCH", f"{WF}/new?fieldManager=me", wf("new"), "application/apply-patch+yaml"),
    ],
)
def test_nothing_is_kept_of_a_rehearsed_write(
    ask: Client, method: str, path: str, body: Any, content: str
) -> None:
    there = ask.cluster.workflow("a")
    if method == "PUT":
        body["metadata"]["resourceVersion"] = there["metadata"]["resourceVersion"]
    before = ask("GET", WF)
    status, answered = ask(
        method, path + ("&" if "?" in path else "?") + "dryRun=All", body, content=content
    )
    assert status in (200, 201) and answered["spec"]
    assert ask("GET", WF) == before


@pytest.mark.parametrize(
    ("method", "path", "content", "options"),
    [
        ("POST", WF, "application/json", "CreateOptions"),
        ("PUT", f"{WF}/a", "application/json", "UpdateOptions"),
        ("PATCH", f"{WF}/a", "application/merge-patch+json", "PatchOptions"),
        ("DELETE", f"{WF}/a", "application/json", "DeleteOptions"),
        ("DELETE", WF, "application/json", "DeleteOptions"),
    ],
)
def test_a_dry_run_that_is_none_is_refused(
    ask: Client, method: str, path: str, content: str, options: str
) -> None:
    ask.cluster.workflow("a")
    body = None if method == "DELETE" else wf("a")
    status, answer = ask(method, f"{path}?dryRun=Some", body, content=content)
    assert (status, answer["details"]["kind"]) == (422, options)
    assert ask("GET", f"{WF}/a")[0] == 200


def test_what_waits_for_what_belongs_to_it_goes_after_that(ask: Client) -> None:
    owner = ask.cluster.workflow("a")
    reference = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "a"}
    reference["uid"] = owner["metadata"]["uid"]
    ask.cluster.pod("p", phase="Succeeded", ownerReferences=[reference])
    _, marked = ask("DELETE", f"{WF}/a", {"propagationPolicy": "Foreground"})
    assert marked["metadata"]["finalizers"] == ["foregroundDeletion"]
    wait_until(lambda: ask("GET", f"{WF}/a")[0] == 404)
    assert ask("GET", "/api/v1/namespaces/argo/pods/p")[0] == 404
