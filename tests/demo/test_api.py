"""The demo cluster's API, asked over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.support.cluster import Cluster, running_cluster
from tests.support.waiting import wait_until
from tui.demo.resources import CONFIG_MAPS, NAMESPACES, PODS, WORKFLOWS

WF = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
PARTIAL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class Client:
    """A plain HTTP client with the operator's token."""

    def __init__(self, cluster: Cluster, user: str = "demo") -> None:
        self.cluster = cluster
        self.user = user
        self.pool = cluster.connections()

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        accept: str = "application/json",
        content: str = "application/json",
        token: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        answer = self.pool.request(
            method,
            self.cluster.url + path,
            body=raw,
            headers={
                "Authorization": f"Bearer {token or self.cluster.token_of(self.user)}",
                "Accept": accept,
                "Content-Type": content,
                **headers,
            },
        )
        if "json" in answer.headers["Content-Type"]:
            return answer.status, json.loads(answer.data)
        return answer.status, answer.data.decode()


@pytest.fixture
def ask(demo_cluster: Cluster) -> Iterator[Client]:
    client = Client(demo_cluster)
    yield client
    client.pool.clear()


def names(listing: Any) -> list[str]:
    return [item["metadata"]["name"] for item in listing["items"]]


def wf(name: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"entrypoint": "main"},
        **more,
    }


def test_a_list_comes_in_pages_of_one_moment(ask: Client) -> None:
    for name in ("a", "b", "c", "d", "e"):
        ask.cluster.workflow(name)
    _, first = ask("GET", f"{WF}?limit=2")
    assert first["kind"] == "WorkflowList" and names(first) == ["a", "b"]
    assert first["metadata"]["remainingItemCount"] == 3
    ask.cluster.delete(WORKFLOWS, "c")
    ask.cluster.workflow("bb")
    token = first["metadata"]["continue"]
    _, second = ask("GET", f"{WF}?limit=5&continue={token}")
    assert names(second) == ["c", "d", "e"]
    assert second["metadata"] == {"resourceVersion": first["metadata"]["resourceVersion"]}


def test_a_page_after_the_compaction_is_410_with_a_way_on(ask: Client) -> None:
    for name in ("a", "b", "c"):
        ask.cluster.workflow(name)
    _, first = ask("GET", f"{WF}?limit=1")
    ask.cluster.compact()
    status, gone = ask("GET", f"{WF}?limit=1&continue={first['metadata']['continue']}")
    assert status == 410 and gone["reason"] == "Expired"
    _, rest = ask("GET", f"{WF}?continue={gone['metadata']['continue']}")
    assert names(rest) == ["b", "c"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labelSelector=tier%3Dfront", ["a"]),
        ("labelSelector=tier+in+(front,back)", ["a", "b"]),
        ("labelSelector=tier+notin+(front),x", ["b"]),
        ("labelSelector=!tier", ["c"]),
        ("labelSelector=tier!%3Dfront,tier", ["b"]),
        ("fieldSelector=metadata.name%3Dc", ["c"]),
        ("fieldSelector=metadata.name!%3Dc", ["a", "b"]),
    ],
)
def test_selectors_choose(ask: Client, query: str, expected: list[str]) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"tier": "front"}})
    ask.cluster.workflow("b", metadata={"labels": {"tier": "back", "x": "1"}})
    ask.cluster.workflow("c")
    _, listing = ask("GET", f"{WF}?{query}")
    assert names(listing) == expected


@pytest.mark.parametrize(
    "query",
    ["fieldSelector=status.phase%3DRunning", "labelSelector=a+in", "labelSelector=a%3Db%3Dc"],
)
def test_a_selector_the_server_cannot_read_is_400(ask: Client, query: str) -> None:
    status, answer = ask("GET", f"{WF}?{query}")
    assert (status, answer["reason"]) == (400, "BadRequest")


def test_pods_can_be_selected_by_phase(ask: Client) -> None:
    ask.cluster.pod("a")
    ask.cluster.pod("b", phase="Succeeded")
    _, listing = ask("GET", "/api/v1/pods?fieldSelector=status.phase%3DSucceeded")
    assert names(listing) == ["b"]


def test_a_table_has_what_kubectl_prints(ask: Client) -> None:
    ask.cluster.workflow("a", status={"phase": "Failed", "message": "child failed"})
    _, table = ask("GET", WF, accept=TABLE)
    assert [column["name"] for column in table["columnDefinitions"]] == [
        "Name",
        "Status",
        "Age",
        "Message",
    ]
    assert table["rows"][0]["cells"] == ["a", "Failed", None, "child failed"]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_metadata_alone_can_be_listed(ask: Client) -> None:
    ask.cluster.workflow("a")
    _, listing = ask("GET", WF, accept=PARTIAL)
    assert listing["kind"] == "PartialObjectMetadataList"
    assert listing["items"][0]["kind"] == "PartialObjectMetadata" and names(listing) == ["a"]
    assert "spec" not in listing["items"][0]


def test_only_formats_there_are_can_be_had(ask: Client) -> None:
    assert ask("GET", WF, accept="application/vnd.kubernetes.protobuf")[0] == 406


def test_large_answers_are_packed_for_those_who_can_unpack(ask: Client) -> None:
    ask.cluster.workflow("a", status={"message": "x" * 200_000})
    url = ask.cluster.url + WF
    headers = {"Authorization": f"Bearer {ask.cluster.token}", "Accept-Encoding": "gzip"}
    answer = ask.pool.request("GET", url, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(answer.data)["items"][0]["status"]["message"] == "x" * 200_000


def test_creating_answers_201_and_the_whole_object(ask: Client) -> None:
    status, made = ask("POST", WF, wf("a"))
    assert status == 201
    assert made["metadata"]["namespace"] == "argo" and made["metadata"]["uid"]
    assert ask("POST", WF, wf("a"))[1]["reason"] == "AlreadyExists"


def test_the_server_decides_what_is_its_own(ask: Client) -> None:
    body = wf("a")
    body["metadata"] |= {"uid": "mine", "creationTimestamp": "1999-01-01T00:00:00Z"}
    metadata = ask("POST", WF, body)[1]["metadata"]
    assert metadata["uid"] != "mine" and not metadata["creationTimestamp"].startswith("1999")


def test_a_namespace_that_is_not_there_is_404(ask: Client) -> None:
    status, answer = ask("POST", WF.replace("/argo/", "/nowhere/"), wf("a"))
    assert (status, answer["message"]) == (404, 'namespaces "nowhere" not found')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (wf("Bad_Name"), "metadata.name"),
        ({**wf("a"), "spec": "text"}, "spec"),
        ({key: value for key, value in wf("a").items() if key != "spec"}, "spec"),
        ({**wf("a"), "metadata": {"name": "a", "labels": {"x": "no spaces"}}}, "metadata.labels"),
        ({**wf("a"), "metadata": {}}, "metadata.name"),
    ],
)
def test_what_breaks_the_rules_is_422_with_its_field(ask: Client, body: Any, field: str) -> None:
    status, answer = ask("POST", WF, body)
    assert (status, answer["reason"]) == (422, "Invalid")
    assert answer["details"]["causes"][0]["field"] == field


def test_a_wrong_kind_is_400(ask: Client) -> None:
    assert ask("POST", WF, {**wf("a"), "kind": "Pod"})[0] == 400
    assert ask("POST", WF, b"{broken")[0] == 400


def test_an_update_needs_the_version_it_read(ask: Client) -> None:
    made = ask("POST", WF, wf("a"))[1]
    assert ask("PUT", f"{WF}/a", wf("a"))[0] == 422
    made["spec"]["suspend"] = True
    assert ask("PUT", f"{WF}/a", made)[0] == 200
    status, answer = ask("PUT", f"{WF}/a", {**made, "spec": {}})
    assert (status, answer["reason"]) == (409, "Conflict")


def test_a_workflow_has_no_status_of_its_own_path(ask: Client) -> None:
    ask.cluster.workflow("a")
    assert ask("GET", f"{WF}/a/status", token=ask.cluster.token_of("demo-admin"))[0] == 404
    patch = {"status": {"phase": "Failed"}}
    content = "application/merge-patch+json"
    assert ask("PATCH", f"{WF}/a", patch, content=content)[1]["status"]["phase"] == "Failed"


def test_a_pods_status_is_changed_on_its_own_path_only(ask: Client) -> None:
    ask.cluster.pod("p")
    path, content = "/api/v1/namespaces/argo/pods/p", "application/merge-patch+json"
    patch = {"status": {"phase": "Failed"}, "metadata": {"labels": {"a": "b"}}}
    changed = ask("PATCH", path, patch, content=content)[1]
    assert changed["status"]["phase"] == "Running" and changed["metadata"]["labels"] == {"a": "b"}
    assert ask("PATCH", f"{path}/status", patch, content=content)[0] == 403
    admin = Client(ask.cluster, "demo-admin")
    changed = admin("PATCH", f"{path}/status", patch, content=content)[1]
    assert changed["status"]["phase"] == "Failed"


def test_a_patch_with_an_old_version_is_a_conflict(ask: Client) -> None:
    version = ask.cluster.workflow("a")["metadata"]["resourceVersion"]
    ask.cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    patch = {"metadata": {"resourceVersion": version}, "spec": {"suspend": None}}
    status, answer = ask("PATCH", f"{WF}/a", patch, content="application/merge-patch+json")
    assert (status, answer["reason"]) == (409, "Conflict")


def test_a_strategic_patch_is_for_built_in_kinds(ask: Client) -> None:
    ask.cluster.workflow("a")
    ask.cluster.pod("p", "main", "wait")
    content = "application/strategic-merge-patch+json"
    assert ask("PATCH", f"{WF}/a", {"spec": {}}, content=content)[0] == 415
    patch = {"spec": {"containers": [{"name": "wait", "image": "new"}]}}
    pod = ask("PATCH", "/api/v1/namespaces/argo/pods/p", patch, content=content)[1]
    assert [(each["name"], each["image"]) for each in pod["spec"]["containers"]] == [
        ("main", "a"),
        ("wait", "new"),
    ]


def test_applying_creates_changes_and_takes_away(ask: Client) -> None:
    content, path = "application/apply-patch+yaml", f"{WF}/a?fieldManager=me"
    first = {**wf("a"), "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}}}
    assert ask("PATCH", path, first, content=content)[0] == 201
    ask.cluster.patch(WORKFLOWS, "a", {"metadata": {"labels": {"other": "kept"}}})
    second = {**wf("a"), "metadata": {"name": "a", "labels": {"x": "3"}}}
    status, answer = ask("PATCH", path, second, content=content)
    assert status == 200
    assert answer["metadata"]["labels"] == {"x": "3", "other": "kept"}
    assert ask("PATCH", f"{WF}/a", second, content=content)[0] == 422


def test_yaml_can_be_applied(ask: Client) -> None:
    body = b"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec: {}\n"
    path = f"{WF}/a?fieldManager=me"
    assert ask("PATCH", path, body, content="application/apply-patch+yaml")[0] == 201


def test_a_dry_run_answers_and_keeps_nothing(ask: Client) -> None:
    assert ask("POST", f"{WF}?dryRun=All", wf("a"))[0] == 201
    assert ask("GET", f"{WF}/a")[0] == 404
    ask.cluster.workflow("b")
    assert ask("DELETE", f"{WF}/b", {"dryRun": ["All"]})[0] == 200
    assert ask("GET", f"{WF}/b")[0] == 200


def test_deleting_answers_a_status_and_minds_preconditions(ask: Client) -> None:
    ask.cluster.workflow("a")
    wrong = {"preconditions": {"uid": "other"}}
    assert ask("DELETE", f"{WF}/a", wrong)[0] == 409
    status, answer = ask("DELETE", f"{WF}/a", {"propagationPolicy": "Background"})
    assert (status, answer["status"]) == (200, "Success")
    assert ask("DELETE", f"{WF}/a")[0] == 404


def test_a_selection_can_be_deleted(ask: Client) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"old": "yes"}})
    ask.cluster.workflow("b")
    assert names(ask("DELETE", f"{WF}?labelSelector=old")[1]) == ["a"]
    assert names(ask("GET", WF)[1]) == ["b"]


def test_secrets_take_text_and_keep_it_encoded(ask: Client) -> None:
    body = {"metadata": {"name": "s"}, "stringData": {"key": "value"}}
    made = Client(ask.cluster, "demo-admin")("POST", "/api/v1/namespaces/argo/secrets", body)[1]
    assert made["data"] == {"key": "dmFsdWU="} and "stringData" not in made


def test_a_body_beyond_what_a_server_reads_is_413(ask: Client) -> None:
    status, answer = ask("POST", WF, b" " * (3 * 1024 * 1024 + 1))
    assert (status, answer["reason"]) == (413, "RequestEntityTooLarge")


def test_the_clusters_time_is_in_every_answer(tmp_path: Path) -> None:
    with running_cluster(tmp_path, stepped=True) as cluster, cluster.connections() as pool:
        headers = {"Authorization": f"Bearer {cluster.token}"}
        dates = []
        for path in (WF, f"{WF}/none"):
            dates.append(pool.request("GET", cluster.url + path, headers=headers).headers["Date"])
            cluster.advance(60)
    assert dates == ["Thu, 01 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 2026 12:01:00 GMT"]


# Who may what


def test_no_token_or_a_wrong_one_is_401(ask: Client) -> None:
    status, answer = ask("GET", WF, token="wrong")
    assert (status, answer["reason"], answer["message"]) == (401, "Unauthorized", "Unauthorized")


def test_a_viewer_may_look_and_not_touch(ask: Client) -> None:
    ask.cluster.workflow("a")
    viewer = Client(ask.cluster, "demo-viewer")
    assert viewer("GET", WF)[0] == 200
    status, answer = viewer("DELETE", f"{WF}/a")
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert answer["message"] == (
        'workflows.argoproj.io "a" is forbidden: User "demo-viewer" cannot delete resource'
        ' "workflows" in API group "argoproj.io" in the namespace "argo"'
    )


def test_only_the_administrator_may_act_for_others(ask: Client) -> None:
    ask.cluster.workflow("a")
    as_viewer = {"Impersonate-User": "demo-viewer"}
    assert ask("GET", WF, **as_viewer)[1]["message"].startswith('users "demo-viewer" is forbidden')
    admin = Client(ask.cluster, "demo-admin")
    assert admin("GET", WF, **as_viewer)[0] == 200
    assert 'User "demo-viewer" cannot' in admin("DELETE", f"{WF}/a", **as_viewer)[1]["message"]
    assert admin("GET", WF, **{"Impersonate-User": "nobody"})[0] == 403


def test_the_least_account_knows_one_namespace(ask: Client) -> None:
    least = Client(ask.cluster, "demo-least")
    assert least("GET", WF)[0] == 200
    assert least("GET", "/apis/argoproj.io/v1alpha1/workflows")[0] == 403
    assert least("GET", "/api/v1/namespaces")[0] == 403
    assert least("GET", WF.replace("/argo/", "/default/"))[0] == 403


@pytest.mark.parametrize(
    ("user", "verb", "expected"),
    [("demo", "delete", True), ("demo-viewer", "delete", False), ("demo-viewer", "list", True)],
)
def test_rights_can_be_asked_beforehand(ask: Client, user: str, verb: str, expected: bool) -> None:
    attributes = {"namespace": "argo", "verb": verb, "group": "argoproj.io"}
    review = {"spec": {"resourceAttributes": {**attributes, "resource": "workflows"}}}
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    status, answer = Client(ask.cluster, user)("POST", path, review)
    assert status == 201 and answer["status"]["allowed"] is expected


# Watching


class Watcher:
    """A watch read on a thread."""

    def __init__(self, ask: Client, query: str, path: str = WF, accept: str = "") -> None:
        headers = {"Authorization": f"Bearer {ask.cluster.token}"}
        if accept:
            headers["Accept"] = accept
        self.response = ask.pool.request(
            "GET",
            f"{ask.cluster.url}{path}?watch=1&{query}",
            headers=headers,
            preload_content=False,
        )
        self.events: list[Any] = []
        self._arrived = threading.Condition()
        self.ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        try:
            for piece in self.response.stream(65536):
                *lines, rest = (rest + piece).split(b"\n")
                with self._arrived:
                    self.events.extend(json.loads(line) for line in lines)
                    self._arrived.notify_all()
        except urllib3.exceptions.HTTPError:
            pass
        with self._arrived:
            self.ended = True
            self._arrived.notify_all()

    def wait(self, count: int) -> list[Any]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.events) >= count, 10), self.events
            return list(self.events)

    def wait_end(self) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.ended, 10)

    def close(self) -> None:
        if not self.ended:
            self.response.shutdown()
        self._thread.join(10)
        self.response.release_conn()


def told(events: list[Any]) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


def test_a_watch_from_nowhere_tells_what_there_is_then_what_happens(ask: Client) -> None:
    ask.cluster.workflow("a")
    watcher = Watcher(ask, "")
    watcher.wait(1)
    ask.cluster.workflow("b")
    ask.cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    ask.cluster.pod("p")
    ask.cluster.delete(WORKFLOWS, "b")
    assert told(watcher.wait(4)) == [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "b"),
    ]
    watcher.close()


def test_a_watch_from_a_version_tells_what_came_after(ask: Client) -> None:
    ask.cluster.workflow("a")
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    ask.cluster.workflow("b")
    ask.cluster.delete(WORKFLOWS, "a")
    watcher = Watcher(ask, f"resourceVersion={version}")
    events = watcher.wait(2)
    assert told(events) == [("ADDED", "b"), ("DELETED", "a")]
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) == int(version) + 2
    watcher.close()


def test_objects_enter_and_leave_a_selection(ask: Client) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"on": "no"}})
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    watcher = Watcher(ask, f"resourceVersion={version}&labelSelector=on%3Dyes")
    for value in ("yes", "no"):
        ask.cluster.patch(WORKFLOWS, "a", {"metadata": {"labels": {"on": value}}})
    events = watcher.wait(2)
    assert told(events) == [("ADDED", "a"), ("DELETED", "a")]
    assert events[1]["object"]["metadata"]["labels"] == {"on": "yes"}
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) == int(version) + 2
    watcher.close()


def test_too_old_a_version_is_an_error_inside_the_stream(ask: Client) -> None:
    ask.cluster.workflow("a")
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    ask.cluster.compact()
    watcher = Watcher(ask, f"resourceVersion={version}")
    watcher.wait_end()
    assert watcher.response.status == 200
    (error,) = watcher.events
    assert error["type"] == "ERROR"
    assert (error["object"]["code"], error["object"]["reason"]) == (410, "Expired")
    watcher.close()


def test_an_open_watch_ends_with_410_when_the_history_goes(ask: Client) -> None:
    watcher = Watcher(ask, "")
    ask.cluster.workflow("a")
    watcher.wait(1)
    ask.cluster.compact()
    watcher.wait_end()
    assert watcher.events[-1]["object"]["code"] == 410
    watcher.close()


def test_a_version_from_the_future_is_504(ask: Client) -> None:
    status, answer = ask("GET", f"{WF}?watch=1&resourceVersion=999999")
    assert (status, answer["details"]["causes"][0]["reason"]) == (504, "ResourceVersionTooLarge")
    assert ask("GET", f"{WF}?watch=1&resourceVersion=x")[0] == 400


def test_a_watch_ends_when_its_time_is_up_with_a_bookmark(ask: Client) -> None:
    ask.cluster.workflow("a")
    watcher = Watcher(ask, "timeoutSeconds=1&allowWatchBookmarks=true")
    watcher.wait_end()
    events = watcher.events
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["kind"] == "Workflow"
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) >= 1001
    watcher.close()


def test_initial_events_end_with_their_bookmark(ask: Client) -> None:
    ask.cluster.workflow("a")
    query = "sendInitialEvents=true&allowWatchBookmarks=true"
    assert ask("GET", f"{WF}?watch=1&{query}")[0] == 422
    watcher = Watcher(ask, f"{query}&resourceVersionMatch=NotOlderThan")
    first, second = watcher.wait(2)
    assert first["type"] == "ADDED" and second["type"] == "BOOKMARK"
    assert second["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    watcher.close()


def test_a_watched_table_tells_its_columns_once(ask: Client) -> None:
    ask.cluster.workflow("a")
    ask.cluster.workflow("b")
    watcher = Watcher(ask, "", accept=TABLE)
    first, second = watcher.wait(2)
    assert first["object"]["kind"] == "Table" and len(first["object"]["columnDefinitions"]) == 4
    assert second["object"]["columnDefinitions"] is None
    assert second["object"]["rows"][0]["cells"][0] == "b"
    watcher.close()


def test_a_client_that_goes_away_is_forgotten_without_a_word(
    ask: Client, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(ask, "")
    ask.cluster.workflow("a")
    watcher.wait(1)
    assert ask.cluster.watching() == 1
    watcher.close()
    for number in range(50):
        ask.cluster.workflow(f"more-{number}")
    wait_until(lambda: ask.cluster.watching() == 0)
    assert not caplog.records


def test_other_kinds_do_not_keep_bookmarks_away(ask: Client) -> None:
    ask.cluster.server.api.watches.bookmark_seconds = 0.05
    watcher = Watcher(ask, "allowWatchBookmarks=true")
    while not watcher.events:
        ask.cluster.create(CONFIG_MAPS, {"metadata": {"namespace": "argo", "generateName": "x-"}})
    assert watcher.events[0]["type"] == "BOOKMARK"
    watcher.close()


# Logs

LOG = "/api/v1/namespaces/argo/pods/p/log"


def test_a_log_can_be_cut_to_size(ask: Client) -> None:
    ask.cluster.pod("p")
    ask.cluster.print_log("p", "one", "two", "three")
    assert ask("GET", LOG) == (200, "one\ntwo\nthree\n")
    assert ask("GET", f"{LOG}?tailLines=1") == (200, "three\n")
    assert ask("GET", f"{LOG}?tailLines=0") == (200, "")
    assert ask("GET", f"{LOG}?limitBytes=5") == (200, "one\nt")
    assert ask("GET", f"{LOG}?sinceTime=2026-01-01T12:00:01Z") == (200, "two\nthree\n")
    stamped = ask("GET", f"{LOG}?timestamps=true&tailLines=1")[1]
    assert stamped == "2026-01-01T12:00:02.000000000Z three\n"


def test_a_log_is_followed_to_its_end(ask: Client) -> None:
    ask.cluster.pod("p")
    ask.cluster.print_log("p", "one")
    response = ask.pool.request(
        "GET",
        f"{ask.cluster.url}{LOG}?follow=true",
        headers={"Authorization": f"Bearer {ask.cluster.token}"},
        preload_content=False,
    )
    pieces = response.stream(1024)
    assert next(pieces) == b"one\n"
    ask.cluster.print_log("p", "two")
    assert next(pieces) == b"two\n"
    ask.cluster.end_log("p")
    assert list(pieces) == []
    response.release_conn()


def test_the_log_of_the_run_before_can_be_had(ask: Client) -> None:
    ask.cluster.pod("p")
    status, answer = ask("GET", f"{LOG}?previous=true")
    assert status == 400 and answer["message"] == (
        'previous terminated container "main" in pod "p" not found'
    )
    ask.cluster.print_log("p", "before")
    ask.cluster.on_loop(lambda: ask.cluster.logs.begin("argo", "p", "main"))
    ask.cluster.print_log("p", "after")
    assert ask("GET", f"{LOG}?previous=true") == (200, "before\n")


def test_a_container_must_be_named_where_there_are_several(ask: Client) -> None:
    ask.cluster.pod("p", "main", "wait")
    status, answer = ask("GET", LOG)
    assert status == 400 and answer["message"] == (
        "a container name must be specified for pod p, choose one of: [main wait]"
    )
    status, answer = ask("GET", f"{LOG}?container=nope")
    assert answer["message"] == "container nope is not valid for pod p"


def test_a_container_that_waits_says_why(ask: Client) -> None:
    ask.cluster.create(
        PODS,
        {
            "metadata": {"namespace": "argo", "name": "p"},
            "spec": {"nodeName": "n", "containers": [{"name": "main"}]},
            "status": {
                "phase": "Pending",
                "containerStatuses": [
                    {"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}
                ],
            },
        },
    )
    status, answer = ask("GET", LOG)
    assert status == 400 and answer["message"] == (
        'container "main" in pod "p" is waiting to start: PodInitializing'
    )


# What there is


def test_the_group_of_argo_is_discovered_both_ways(ask: Client) -> None:
    plain = ask("GET", "/apis/argoproj.io/v1alpha1")[1]["resources"]
    assert {"workflows", "cronworkflows"} <= {each["name"] for each in plain}
    for version in ("v2", "v2beta1"):
        accept = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        found = ask("GET", "/apis", accept=accept)[1]
        assert found["apiVersion"] == f"apidiscovery.k8s.io/{version}"
        groups = {item["metadata"]["name"] for item in found["items"]}
        assert groups == {
            "argoproj.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "metrics.k8s.io",
        }


def test_health_needs_no_token(ask: Client) -> None:
    assert ask("GET", "/readyz", token="none") == (200, "ok")


def test_openapi_is_told_group_by_group(ask: Client) -> None:
    index = ask("GET", "/openapi/v3")[1]["paths"]
    described = ask("GET", index["apis/argoproj.io/v1alpha1"]["serverRelativeURL"])[1]
    patch = described["paths"]["/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows/{name}"]
    assert "fieldValidation" in {each["name"] for each in patch["patch"]["parameters"]}


def test_usage_is_what_the_pods_use(ask: Client) -> None:
    ask.cluster.usage.append(
        {
            "metadata": {"name": "p", "namespace": "argo", "labels": {"a": "b"}},
            "containers": [{"name": "main", "usage": {"cpu": "5m", "memory": "3Mi"}}],
        }
    )
    path = "/apis/metrics.k8s.io/v1beta1/namespaces/argo/pods"
    assert names(ask("GET", path)[1]) == ["p"]
    assert names(ask("GET", f"{path}?labelSelector=a%3Dc")[1]) == []
    assert ask("GET", f"{path}/p")[1]["metadata"]["name"] == "p"
    assert ask("GET", f"{path}/q")[0] == 404


def test_namespaces_are_labelled_with_their_name(ask: Client) -> None:
    admin = Client(ask.cluster, "demo-admin")
    made = admin("POST", "/api/v1/namespaces", {"metadata": {"name": "new"}})[1]
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "new"}
    assert made["status"] == {"phase": "Active"}
    assert admin("DELETE", "/api/v1/namespaces/new")[0] == 200
    assert ask.cluster.get(NAMESPACES, "new", "") is None
