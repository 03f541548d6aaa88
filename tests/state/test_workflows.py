"""What is known of the workflows after each batch."""

from __future__ import annotations

from tests.state.test_inbox import changed, removed, workflow
from tui.domain.changes import ChangeSet
from tui.domain.workflow import WorkflowRef
from tui.errors import Unreachable
from tui.ports.collections import Live, Page, Stale
from tui.state.workflows import LiveWorkflows


def ref(name: str, uid: str = "") -> WorkflowRef:
    return WorkflowRef("argo", name, uid or name)


def said(changes: ChangeSet) -> tuple[str, str, str]:
    """Names of what came, changed and went."""
    return (
        " ".join(each.metadata.name for each in changes.added),
        " ".join(each.metadata.name for each in changes.changed),
        " ".join(each.name for each in changes.removed),
    )


def page(*names: str, first: bool = True, last: bool = True, namespace: str = "") -> Page:
    return Page(tuple(workflow(name) for name in names), first, last, namespace)


def test_what_came_changed_and_went_is_told_apart() -> None:
    known = LiveWorkflows()
    known.apply([page("a", "b")])
    changes = known.apply([changed("a", "2"), changed("c"), removed("b")])
    assert said(changes) == ("c", "a", "b")
    assert changes.changed[0].version == "2", "it carries what it tells of"
    assert {each.name for each in known} == {"a", "c"}


def test_a_repeat_of_the_same_version_changes_nothing() -> None:
    known = LiveWorkflows()
    known.apply([page("a")])
    assert not known.apply([changed("a"), page("a")])


def test_a_batch_comes_to_one_change_a_workflow() -> None:
    known = LiveWorkflows()
    known.apply([page("a")])
    changes = known.apply(
        [changed("a", "2"), changed("a", "3"), removed("a"), changed("b"), removed("b")]
    )
    assert said(changes) == ("", "", "a")
    known.apply([changed("a", "4")])
    again = known.apply([removed("a"), changed("a", "5")])
    assert said(again) == ("", "a", "")


def test_a_whole_list_drops_what_it_does_not_have() -> None:
    known = LiveWorkflows()
    known.apply([page("a", "b", "c")])
    assert known.apply([page("a", last=False)]).removed == ()
    changes = known.apply([page("c", first=False)])
    assert changes.removed == (ref("b"),)


def test_a_list_begun_anew_forgets_the_pages_before() -> None:
    known = LiveWorkflows()
    known.apply([page("a", "b")])
    known.apply([page("a", last=False), page("b")])
    assert [each.name for each in known] == ["b"]


def test_a_change_between_the_pages_is_not_dropped_with_them() -> None:
    known = LiveWorkflows()
    known.apply([page("a", last=False), changed("n"), page("b", first=False)])
    assert {each.name for each in known} == {"a", "b", "n"}


def test_a_list_of_one_namespace_says_nothing_of_the_others() -> None:
    known = LiveWorkflows()
    other = workflow("o")
    elsewhere = Page((other,), True, True, "argo")
    known.apply([elsewhere, Page((), True, True, "two")])
    assert len(known) == 1
    known.apply([Page((), True, True, "argo")])
    assert len(known) == 0


def test_a_name_belongs_to_one_workflow_at_a_time() -> None:
    known = LiveWorkflows()
    known.apply([changed("a", uid="old")])
    changes = known.apply([changed("a", uid="new")])
    assert changes.removed == (ref("a", "old"),)
    assert [each.ref for each in changes.added] == [ref("a", "new")]
    found = known.named("argo", "a")
    assert found is not None
    assert found.ref.uid == "new"


def test_an_old_removal_does_not_hit_the_workflow_made_again() -> None:
    known = LiveWorkflows()
    known.apply([changed("a", uid="new")])
    assert not known.apply([removed("a", "old")])
    assert known.named("argo", "a") is not None


def test_the_connection_is_told_when_it_changes() -> None:
    known = LiveWorkflows()
    assert known.apply([page("a"), Live()]).connection
    assert not known.apply([Live()])
    trouble = Stale(Unreachable("no"), 2.0, 1)
    assert known.apply([trouble]).connection
    assert known.connection is trouble
    assert len(known) == 1, "what is shown stays while it is stale"


def test_the_list_is_whole_once_read_to_its_end() -> None:
    known = LiveWorkflows()
    known.apply([page("a", last=False)])
    assert not known.is_whole
    assert known.apply([page("b", first=False)]).connection
    assert known.is_whole


def test_every_batch_is_younger_than_all_before_also_than_those_of_another_table() -> None:
    first = LiveWorkflows()
    early = first.apply([page("a")])
    second = LiveWorkflows()
    assert early.moment == first.moment < second.moment < second.apply([page("b")]).moment


def test_what_is_asked_to_be_drawn_again_and_is_gone_is_left_out() -> None:
    known = LiveWorkflows()
    known.apply([page("a", "b")])
    asked = known.as_changed([ref("b"), ref("gone")])
    assert said(asked) == ("", "b", "")
    assert asked.moment == known.moment
