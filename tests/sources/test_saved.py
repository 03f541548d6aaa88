"""Saved workflows as a source, beyond what every source promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripted import manifest
from tests.support.where import where
from tui.domain.identity import ObjectKey
from tui.domain.workflow import WorkflowRef
from tui.errors import InputError, Missing
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Page, Scope
from tui.ports.reading import FilesRead
from tui.ports.threads import CancelToken
from tui.sources import open_source, scope_of
from tui.sources.saved import SavedSource


def saved(folder: Path, name: str, *content: Any) -> str:
    path = folder / name
    path.write_text("\n---\n".join(c if isinstance(c, str) else json.dumps(c) for c in content))
    return str(path)


def opened(*paths: str) -> SavedSource:
    source = open_source(where(files=paths))
    assert isinstance(source, SavedSource)
    return source


def names(source: SavedSource) -> list[str]:
    return [each.ref.name for each in source.read_all(WORKFLOWS, Scope())]


def test_several_files_and_documents_are_one_list(tmp_path: Path) -> None:
    one = saved(tmp_path, "one.yaml", manifest("a"), manifest("b"))
    two = saved(tmp_path, "two.json", manifest("c", namespace="other"))
    source = opened(one, two)
    assert names(source) == ["a", "b", "c"]
    assert source.place.label == "2 files"
    assert source.namespaces() == ("argo", "other")


def test_the_place_is_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, "one.yaml", manifest("a"))
    source = opened(path)
    assert (source.place.label, source.place.namespace) == ("one.yaml", "argo")


def test_what_is_in_the_file_is_shown_whatever_namespace_was_asked_for(tmp_path: Path) -> None:
    source = opened(saved(tmp_path, "one.yaml", manifest("a", namespace="other")))
    told: list[Any] = []
    source.watch(WORKFLOWS, Scope(("argo",)), told.append, CancelToken())
    assert isinstance(told[0], Page)
    assert [row.key.name for row in told[0].rows] == ["a"]


def test_a_broken_file_is_told_and_does_not_hide_the_others(tmp_path: Path) -> None:
    good = saved(tmp_path, "good.yaml", manifest("a"))
    bad = saved(tmp_path, "bad.yaml", "a: [")
    source = opened(bad, good)
    assert names(source) == ["a"]
    assert "bad.yaml" in source.troubles[0].what


def test_two_copies_of_one_workflow_are_both_there_and_each_opens_itself(tmp_path: Path) -> None:
    copies = [manifest("a"), manifest("a")]
    for copy, phase in zip(copies, ("Running", "Failed"), strict=True):
        copy["metadata"]["uid"] = "u"
        copy["status"] = {"phase": phase}
    paths = [saved(tmp_path, f"{at}.yaml", copy) for at, copy in enumerate(copies)]
    source = opened(*paths)
    listed = source.read_all(WORKFLOWS, Scope())
    assert len({each.ref for each in listed}) == 2
    pages: list[Any] = []
    source.watch(WORKFLOWS, Scope(), pages.append, CancelToken())
    assert len({row.key for row in pages[0].rows}) == 2
    for each, copy in zip(listed, copies, strict=True):
        told: list[Any] = []
        key = ObjectKey("2 files", WORKFLOWS.id, each.ref.namespace, each.ref.name)
        source.watch_one(WORKFLOWS, key, each.ref.uid, told.append, CancelToken())
        assert isinstance(told[0], Changed)
        opened_one = told[0].row.value.object
        assert (opened_one.ref, opened_one.phase) == (each.ref, each.phase)
        assert source.get(each.ref.target) == copy


@pytest.mark.parametrize("content", ["", "a: [", "\x00\x01\x02", "kind: Pod\nmetadata: {name: x}"])
def test_only_broken_files_are_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError) as caught:
        opened(saved(tmp_path, "bad.yaml", content))
    assert "bad.yaml" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_workflow_that_was_never_submitted_goes_by_the_beginning_of_its_name(
    tmp_path: Path,
) -> None:
    draft = {"kind": "Workflow", "metadata": {"generateName": "hello-"}, "spec": {}}
    source = opened(saved(tmp_path, "draft.yaml", draft))
    assert names(source) == ["hello-"]
    told: list[Any] = []
    key = ObjectKey("draft.yaml", WORKFLOWS.id, "", "hello-")
    source.watch_one(WORKFLOWS, key, "", told.append, CancelToken())
    assert isinstance(told[0], Changed)
    assert told[0].row.value.object.phase == ""


def test_a_workflow_that_is_not_in_the_file_names_those_that_are(tmp_path: Path) -> None:
    source = opened(saved(tmp_path, "one.yaml", manifest("a")))
    with pytest.raises(Missing, match="no workflow b") as caught:
        source.get(WorkflowRef("argo", "b").target)
    assert caught.value.hint == "there are: a"


def test_which_namespaces_a_list_is_of(tmp_path: Path) -> None:
    source = opened(saved(tmp_path, "one.yaml", manifest("a")))
    nobodys = "!workflows.argoproj.io/controller-instanceid"
    assert scope_of(where(), source.place) == Scope(("argo",), nobodys)
    assert scope_of(where(all_namespaces=True), source.place) == Scope((), nobodys)
    mine = "workflows.argoproj.io/controller-instanceid=one"
    assert scope_of(where(instance_id="one"), source.place) == Scope(("argo",), mine)


def test_how_far_files_are_read_is_counted(tmp_path: Path) -> None:
    paths = [saved(tmp_path, f"{name}.yaml", manifest(name)) for name in "abc"]
    for files in (paths, [str(tmp_path)]):
        reading = FilesRead()
        source = open_source(where(files=tuple(files)), reading=reading)
        assert isinstance(source, SavedSource)
        assert names(source) == ["a", "b", "c"]
        assert (reading.done, reading.total) == (3, 3)
