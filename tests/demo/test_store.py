"""What the demo cluster's objects do when they are written."""

from __future__ import annotations

from typing import Any

import pytest

from tui.demo.clock import SteppedClock
from tui.demo.refusals import ApiError
from tui.demo.resources import CONFIG_MAPS, NAMESPACES, PODS, WORKFLOWS, Obj
from tui.demo.store import Change, Store


def store() -> Store:
    return Store(SteppedClock(), seed=1)


def workflow(name: str = "", **metadata: Any) -> Obj:
    named = {"name": name} if name else {"generateName": "run-"}
    return {"metadata": {"namespace": "argo", **named, **metadata}, "spec": {"entrypoint": "main"}}


def pod(name: str, owner: Obj) -> Obj:
    ref = {"kind": "Workflow", "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
    return {"metadata": {"namespace": "argo", "name": name, "ownerReferences": [ref]}}


def told(to: Store) -> list[Change]:
    changes: list[Change] = []
    to.subscribe(changes.append)
    return changes


def test_a_created_object_gets_what_the_server_adds() -> None:
    made = store().create(WORKFLOWS, workflow())
    assert made["kind"] == "Workflow" and made["apiVersion"] == "argoproj.io/v1alpha1"
    metadata = made["metadata"]
    assert metadata["name"].startswith("run-") and len(metadata["name"]) == len("run-") + 5
    assert metadata["creationTimestamp"] == "2026-01-01T12:00:00Z"
    assert metadata["generation"] == 1
    assert metadata["uid"] and metadata["resourceVersion"] == "1001"


def test_the_same_seed_makes_the_same_names() -> None:
    assert (
        store().create(WORKFLOWS, workflow())["metadata"]
        == store().create(WORKFLOWS, workflow())["metadata"]
    )


def test_a_taken_name_is_refused_in_the_servers_words() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    with pytest.raises(ApiError) as refused:
        objects.create(WORKFLOWS, workflow("one"))
    assert refused.value.status == 409
    assert refused.value.what == 'workflows.argoproj.io "one" already exists'


def test_what_was_read_can_be_changed_without_changing_what_is_kept() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    objects.get(WORKFLOWS, "argo", "one")["spec"]["entrypoint"] = "other"
    assert objects.get(WORKFLOWS, "argo", "one")["spec"]["entrypoint"] == "main"


def test_every_write_of_any_kind_raises_the_one_resource_version() -> None:
    objects = store()
    first = objects.create(WORKFLOWS, workflow("one"))
    second = objects.create(CONFIG_MAPS, {"metadata": {"namespace": "argo", "name": "c"}})
    assert int(second["metadata"]["resourceVersion"]) == (
        int(first["metadata"]["resourceVersion"]) + 1
    )


def test_a_write_that_changes_nothing_keeps_the_version_and_tells_nobody() -> None:
    objects = store()
    made = objects.create(WORKFLOWS, workflow("one"))
    changes = told(objects)
    again = {"spec": made["spec"], "metadata": dict(reversed(list(made["metadata"].items())))}
    assert objects.update(WORKFLOWS, again)["metadata"] == made["metadata"]
    assert not changes


def test_an_update_from_an_older_version_is_a_conflict() -> None:
    objects = store()
    made = objects.create(WORKFLOWS, workflow("one"))
    objects.patch_merge(WORKFLOWS, "argo", "one", {"spec": {"suspend": True}})
    with pytest.raises(ApiError, match="the object has been modified"):
        objects.update(WORKFLOWS, {**made, "spec": {}})


def test_generation_counts_changes_outside_metadata_only() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    labelled = objects.patch_merge(WORKFLOWS, "argo", "one", {"metadata": {"labels": {"a": "b"}}})
    assert labelled["metadata"]["generation"] == 1
    changed = objects.patch_merge(WORKFLOWS, "argo", "one", {"status": {"phase": "Running"}})
    assert changed["metadata"]["generation"] == 2


def test_uid_and_creation_cannot_be_changed() -> None:
    objects = store()
    made = objects.create(WORKFLOWS, workflow("one"))
    changed = objects.patch_merge(
        WORKFLOWS, "argo", "one", {"metadata": {"creationTimestamp": "1999-01-01T00:00:00Z"}}
    )
    assert changed["metadata"]["creationTimestamp"] == made["metadata"]["creationTimestamp"]


def test_a_finalizer_holds_an_object_until_it_is_taken_away() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one", finalizers=["example.com/hold"]))
    changes = told(objects)
    objects.delete(WORKFLOWS, "argo", "one")
    assert objects.get(WORKFLOWS, "argo", "one")["metadata"]["deletionTimestamp"]
    objects.patch_merge(WORKFLOWS, "argo", "one", {"metadata": {"finalizers": None}})
    assert objects.find(WORKFLOWS, "argo", "one") is None
    assert [change.type for change in changes] == ["MODIFIED", "DELETED"]


def test_what_an_object_owns_is_deleted_after_it() -> None:
    objects = store()
    owner = objects.create(WORKFLOWS, workflow("one"))
    objects.create(PODS, pod("a", owner))
    objects.create(PODS, pod("b", owner))
    changes = told(objects)
    objects.delete(WORKFLOWS, "argo", "one")
    assert [change.record.name for change in changes] == ["one", "a", "b"]
    assert not objects.records(PODS)


def test_a_long_chain_of_owners_goes_to_its_end() -> None:
    objects = store()
    owner = first = objects.create(PODS, {"metadata": {"namespace": "argo", "name": "p"}})
    for number in range(3000):
        owner = objects.create(PODS, pod(f"p-{number}", owner))
    ring = {"metadata": {"ownerReferences": [{"uid": owner["metadata"]["uid"], "name": "last"}]}}
    objects.patch_merge(PODS, "argo", first["metadata"]["name"], ring)
    objects.delete(PODS, "argo", "p")
    assert not objects.records(PODS)


def test_orphaned_pods_stay_and_forget_their_owner() -> None:
    objects = store()
    objects.create(PODS, pod("a", objects.create(WORKFLOWS, workflow("one"))))
    objects.delete(WORKFLOWS, "argo", "one", propagation="Orphan")
    assert objects.get(PODS, "argo", "a")["metadata"]["ownerReferences"] == []


def test_a_deletion_meant_for_another_object_of_that_name_is_refused() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    with pytest.raises(ApiError, match=r"the UID in the precondition \(other\)"):
        objects.delete(WORKFLOWS, "argo", "one", uid="other")


def test_a_namespace_takes_its_objects_with_it() -> None:
    objects = store()
    objects.create(NAMESPACES, {"metadata": {"name": "argo"}})
    objects.create(WORKFLOWS, workflow("one"))
    objects.delete(NAMESPACES, "", "argo")
    assert not objects.records(WORKFLOWS)


def test_a_dry_run_writes_nothing() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    before = objects.revision
    objects.create(WORKFLOWS, workflow("two"), dry_run=True)
    objects.patch_merge(WORKFLOWS, "argo", "one", {"spec": {"suspend": True}}, dry_run=True)
    objects.delete(WORKFLOWS, "argo", "one", dry_run=True)
    assert objects.revision == before
    assert [record.name for record in objects.records(WORKFLOWS)] == ["one"]


def test_objects_are_listed_by_namespace_and_name() -> None:
    objects = store()
    for namespace, name in [("b", "1"), ("a-b", "1"), ("a", "2"), ("a", "1")]:
        objects.create(WORKFLOWS, {"metadata": {"namespace": namespace, "name": name}})
    keys = [record.key for record in objects.records(WORKFLOWS)]
    assert keys == [("a", "1"), ("a", "2"), ("a-b", "1"), ("b", "1")]
    assert [record.name for record in objects.records(WORKFLOWS, "a")] == ["1", "2"]


def test_a_list_can_be_told_as_of_an_earlier_version() -> None:
    objects = store()
    for name in ("a", "b", "c"):
        objects.create(WORKFLOWS, workflow(name))
    then = objects.revision
    before = [record.raw for record in objects.records(WORKFLOWS)]
    objects.patch_merge(WORKFLOWS, "argo", "a", {"spec": {"suspend": True}})
    objects.delete(WORKFLOWS, "argo", "b")
    objects.create(WORKFLOWS, workflow("d"))
    assert [record.raw for record in objects.records_at(WORKFLOWS, then, "argo")] == before


def test_history_before_the_compaction_is_refused() -> None:
    objects = store()
    objects.create(WORKFLOWS, workflow("one"))
    then = objects.revision
    objects.compact()
    with pytest.raises(ApiError, match=rf"too old resource version: {then}"):
        objects.changes_after(WORKFLOWS, then)
    assert list(objects.changes_after(WORKFLOWS, objects.revision)) == []


def test_a_full_history_forgets_its_oldest_changes() -> None:
    objects = Store(SteppedClock(), keep=2)
    for name in ("a", "b", "c"):
        objects.create(WORKFLOWS, workflow(name))
    assert objects.compacted == 1001
    assert [c.record.name for c in objects.changes_after(WORKFLOWS, 1001)] == ["b", "c"]


def test_a_history_of_large_objects_is_shorter() -> None:
    objects = Store(SteppedClock(), keep_bytes=50_000)
    objects.create(WORKFLOWS, workflow("one"))
    for number in range(20):
        objects.patch_merge(WORKFLOWS, "argo", "one", {"status": {str(number): "x" * 500}})
    kept = list(objects.changes_after(WORKFLOWS, objects.compacted))
    assert 0 < len(kept) < 20
    assert sum(len(change.record.raw) for change in kept) <= 50_000


def test_writes_made_while_being_told_come_to_everyone_in_order() -> None:
    objects = store()

    def react(change: Change) -> None:
        if change.record.name == "one":
            objects.create(WORKFLOWS, workflow("two"))

    objects.subscribe(react)
    changes = told(objects)
    objects.create(WORKFLOWS, workflow("one"))
    assert [change.record.name for change in changes] == ["one", "two"]


def test_a_stepped_clock_calls_what_is_due_in_order() -> None:
    clock = SteppedClock()
    called: list[str] = []
    clock.call_later(2, lambda: called.append("late"))

    def again() -> None:
        clock.call_later(0.5, lambda: called.append("between"))

    clock.call_later(1, again)
    clock.call_later(1, lambda: called.append("never")).cancel()
    clock.advance(3)
    assert called == ["between", "late"]
