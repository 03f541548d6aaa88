"""Who owns which field, and what server-side apply makes of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cluster import Cluster
from tui.demo import fieldsets, owners
from tui.demo.owners import Author
from tui.demo.refusals import ApiError
from tui.demo.resources import CONFIG_MAPS, PODS, WORKFLOWS, Obj

ME = Author("me", "2026-01-01T00:00:00Z")
YOU = Author("you", "2026-01-02T00:00:00Z")
WF = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
CM = "/api/v1/namespaces/argo/configmaps"


def config_map(**data: str) -> Obj:
    return {"metadata": {"name": "c"}, "data": data}


def owned(obj: Obj) -> dict[tuple[str, str], Any]:
    entries = obj["metadata"].get("managedFields") or []
    return {(each["manager"], each["operation"]): each["fieldsV1"] for each in entries}


def test_who_creates_an_object_owns_all_that_is_in_it() -> None:
    made = owners.created(
        CONFIG_MAPS, {"metadata": {"name": "c", "labels": {"a": "b"}}, "data": {"k": "v"}}, ME
    )
    assert made["metadata"]["managedFields"] == [
        {
            "apiVersion": "v1",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:data": {".": {}, "f:k": {}},
                "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
            },
            "manager": "me",
            "operation": "Update",
            "time": "2026-01-01T00:00:00Z",
        }
    ]


def test_who_changes_a_field_takes_it_over() -> None:
    before = owners.created(CONFIG_MAPS, config_map(a="1", b="1"), ME)
    after = owners.updated(CONFIG_MAPS, before, {**before, "data": {"a": "1", "b": "2"}}, YOU)
    assert owned(after) == {
        ("me", "Update"): {"f:data": {".": {}, "f:a": {}}},
        ("you", "Update"): {"f:data": {"f:b": {}}},
    }


def test_a_write_that_changes_nothing_changes_no_owner() -> None:
    before = owners.created(CONFIG_MAPS, config_map(a="1"), ME)
    assert owners.updated(CONFIG_MAPS, before, copy.deepcopy(before), YOU) == before
    silent = {**before, "metadata": {"name": "c"}}
    assert owners.updated(CONFIG_MAPS, before, silent, YOU) == before


def test_what_is_removed_is_nobodys() -> None:
    before = owners.created(CONFIG_MAPS, config_map(a="1", b="1"), ME)
    after = owners.updated(CONFIG_MAPS, before, {**before, "data": {"a": "1"}}, YOU)
    assert owned(after) == {("me", "Update"): {"f:data": {".": {}, "f:a": {}}}}


@pytest.mark.parametrize("sent", [[{"manager": "x"}], [{"fieldsV1": {"q:a": {}}}], [1]])
def test_owners_that_make_no_sense_are_not_believed(sent: Any) -> None:
    before = owners.created(CONFIG_MAPS, config_map(a="1"), ME)
    odd = {**before, "metadata": {"name": "c", "managedFields": sent}}
    assert owners.updated(CONFIG_MAPS, before, odd, YOU) == before


def test_an_object_that_nobody_owned_is_not_owned_by_who_changes_it() -> None:
    after = owners.updated(CONFIG_MAPS, config_map(a="1"), config_map(a="2"), ME)
    assert "managedFields" not in after["metadata"]


def test_applying_owns_what_is_applied_and_takes_away_what_no_longer_is() -> None:
    first = owners.apply_created(
        CONFIG_MAPS, config_map(a="1", b="1"), config_map(a="1", b="1"), ME
    )
    theirs = owners.updated(
        CONFIG_MAPS, first, {**first, "data": {"a": "1", "b": "1", "c": "1"}}, YOU
    )
    after = owners.applied(CONFIG_MAPS, theirs, config_map(a="2"), ME, force=False)
    assert after["data"] == {"a": "2", "c": "1"}
    assert owned(after) == {
        ("me", "Apply"): {"f:data": {"f:a": {}}},
        ("you", "Update"): {"f:data": {"f:c": {}}},
    }


def test_what_another_owns_too_stays_when_it_is_no_longer_applied() -> None:
    first = owners.apply_created(CONFIG_MAPS, config_map(a="1"), config_map(a="1"), ME)
    both = owners.applied(CONFIG_MAPS, first, config_map(a="1"), YOU, force=False)
    after = owners.applied(CONFIG_MAPS, both, config_map(), ME, force=False)
    assert after["data"] == {"a": "1"}
    assert owned(after).keys() == {("me", "Apply"), ("you", "Apply")}


def test_what_another_owns_is_changed_by_force_only() -> None:
    first = owners.apply_created(
        CONFIG_MAPS, config_map(a="1", b="1"), config_map(a="1", b="1"), ME
    )
    with pytest.raises(ApiError) as refused:
        owners.applied(
            CONFIG_MAPS, copy.deepcopy(first), config_map(a="2", b="1"), YOU, force=False
        )
    assert refused.value.status == 409
    assert refused.value.what == 'Apply failed with 1 conflict: conflict with "me": .data.a'
    assert refused.value.details == {
        "causes": [
            {"reason": "FieldManagerConflict", "message": 'conflict with "me"', "field": ".data.a"}
        ]
    }
    after = owners.applied(CONFIG_MAPS, first, config_map(a="2", b="1"), YOU, force=True)
    assert owned(after) == {
        ("me", "Apply"): {"f:data": {"f:b": {}}},
        ("you", "Apply"): {"f:data": {"f:a": {}, "f:b": {}}},
    }


def test_several_conflicts_are_told_by_who_is_in_the_way() -> None:
    made = owners.created(CONFIG_MAPS, config_map(a="1", b="1"), ME)
    with pytest.raises(ApiError) as refused:
        owners.applied(CONFIG_MAPS, made, config_map(a="2", b="2"), YOU, force=False)
    assert refused.value.what == (
        'Apply failed with 2 conflicts: conflicts with "me" using v1:\n- .data.a\n- .data.b'
    )


def test_what_was_there_before_the_first_apply_has_an_owner_of_its_own() -> None:
    with pytest.raises(ApiError, match='"before-first-apply" using v1') as refused:
        owners.applied(CONFIG_MAPS, config_map(a="1"), config_map(a="2"), ME, force=False)
    assert refused.value.status == 409
    after = owners.applied(CONFIG_MAPS, config_map(a="1"), config_map(a="1"), ME, force=False)
    assert owned(after).keys() == {("me", "Apply"), ("before-first-apply", "Update")}


def pod(**images: str) -> Obj:
    containers = [{"name": name, "image": image} for name, image in images.items()]
    return {"metadata": {"name": "p"}, "spec": {"containers": containers}}


def test_items_of_known_lists_are_owned_one_by_one() -> None:
    first = owners.apply_created(PODS, pod(a="x", b="x"), pod(a="x", b="x"), ME)
    assert owned(first)["me", "Apply"]["f:spec"]["f:containers"]['k:{"name":"a"}'] == {
        ".": {},
        "f:image": {},
        "f:name": {},
    }
    with pytest.raises(ApiError, match=r'\.spec\.containers\[name="a"\]\.image'):
        owners.applied(PODS, copy.deepcopy(first), pod(a="y"), YOU, force=False)
    after = owners.applied(PODS, first, pod(b="x"), ME, force=False)
    assert after["spec"]["containers"] == [{"name": "b", "image": "x"}]


def test_finalizers_are_a_set_even_of_custom_resources() -> None:
    def config(*finalizers: str) -> Obj:
        return {"metadata": {"name": "w", "finalizers": list(finalizers)}, "spec": {"a": 1}}

    first = owners.apply_created(WORKFLOWS, config("x/a"), config("x/a"), ME)
    both = owners.applied(WORKFLOWS, first, config("x/b"), YOU, force=False)
    assert both["metadata"]["finalizers"] == ["x/a", "x/b"]
    after = owners.applied(WORKFLOWS, both, config(), ME, force=False)
    assert after["metadata"]["finalizers"] == ["x/b"]


def test_paths_come_back_from_what_is_written() -> None:
    obj = {
        "metadata": {"name": "p", "labels": {"a/b": "c"}, "finalizers": ["x"]},
        "spec": {"containers": [{"name": "a", "env": []}], "empty": {}},
    }
    paths = set(fieldsets.values(PODS, obj))
    assert fieldsets.flat(json.loads(json.dumps(fieldsets.nested(paths)))) == paths


# Over HTTP


@pytest.fixture
def ask(demo_cluster: Cluster) -> Iterator[Any]:
    pool = demo_cluster.connections()

    def send(method: str, path: str, body: Any, content: str, agent: str = "py/1") -> Any:
        answer = pool.request(
            method,
            demo_cluster.url + path,
            body=json.dumps(body),
            headers={
                "Authorization": f"Bearer {demo_cluster.token}",
                "Content-Type": content,
                "User-Agent": agent,
            },
        )
        return answer.status, json.loads(answer.data)

    demo_cluster.workflow("a")
    yield send
    pool.clear()


APPLY = "application/apply-patch+yaml"


def test_an_owner_is_called_after_its_program_where_it_does_not_say(ask: Any) -> None:
    body = {"metadata": {"name": "c"}, "data": {"a": "1"}}
    made = ask("POST", CM, body, "application/json", "OpenAPI-Generator/37.0/python")[1]
    assert owned(made).keys() == {("OpenAPI-Generator", "Update")}
    patch = "application/merge-patch+json"
    changed = ask("PATCH", f"{CM}/c?fieldManager=hand", {"data": {"b": "2"}}, patch)[1]
    assert owned(changed).keys() == {("OpenAPI-Generator", "Update"), ("hand", "Update")}


def test_applying_again_changes_nothing(ask: Any) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}
    first = ask("PATCH", f"{CM}/c?fieldManager=me", body, APPLY)[1]
    assert ask("PATCH", f"{CM}/c?fieldManager=me", body, APPLY) == (200, first)


def test_a_part_of_a_workflow_can_be_applied(ask: Any) -> None:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "a", "labels": {"mine": "1"}},
    }
    status, after = ask("PATCH", f"{WF}/a?fieldManager=me", body, APPLY)
    assert (status, after["metadata"]["labels"]["mine"]) == (200, "1")
    assert after["spec"]["entrypoint"] == "main"


def test_force_is_for_applying_only(ask: Any) -> None:
    patch = "application/merge-patch+json"
    status, answer = ask("PATCH", f"{WF}/a?force=true", {}, patch)
    assert status == 422 and "may not be specified for non-apply patch" in answer["message"]
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "a"}}
    status, answer = ask("PATCH", f"{WF}/a", body, APPLY)
    assert status == 422 and "fieldManager: Required value" in answer["message"]
    body["metadata"] = {"name": "a", "managedFields": [{}]}
    status, answer = ask("PATCH", f"{WF}/a?fieldManager=me", body, APPLY)
    assert (status, answer["message"]) == (400, "metadata.managedFields must be nil")
