"""What every source promises; each source's tests are these, run against it."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest

from tests.support.scripted import manifest
from tests.support.tables import TABLED
from tests.support.waiting import wait_until
from tui.domain.identity import Depth, ObjectKey, Target
from tui.domain.workflow import Manifest, WorkflowRef
from tui.errors import Missing, NotOffered, SourceError
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Collections, Filled, Live, Page, Scope, Stood
from tui.ports.connection import Connection, offered
from tui.ports.events import Events
from tui.ports.identity import Identity
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.namespaces import Namespaces
from tui.ports.objects import Objects, Watches
from tui.ports.operations import Operation, Operations, Patch
from tui.ports.pods import Pods
from tui.ports.secrets import Secrets
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken

EVERY_PORT: tuple[Any, ...] = (
    Collections,
    Tables,
    Watches,
    Objects,
    Operations,
    Identity,
    Pods,
    PodLogs,
    Events,
    Metrics,
    Secrets,
    Namespaces,
)

NODES = {"etl": {"id": "etl", "name": "etl", "displayName": "etl", "type": "Pod", "odd": 1}}
ETL = manifest("etl", phase="Failed", message="no luck", nodes=NODES)
HELLO = manifest("hello", phase="Succeeded")


class SourceContract:
    """Subclasses say how to make the source; its workflows are `ETL` and `HELLO`, in argo."""

    stop_path = "/namespaces/argo/workflows/etl"
    """The end of the path that a workflow is stopped by."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[Connection]:
        """The source, for as long as a test needs it."""

    @pytest.fixture
    def source(self) -> Iterator[Connection]:
        with self.opened() as source:
            yield source
            source.close()

    def test_a_watch_begins_with_the_whole_list(self, source: Connection) -> None:
        told, stop = _watching(source, Scope(("argo",)))
        wait_until(lambda: any(isinstance(each, Page) and each.last for each in told))
        stop.set()
        pages = [each for each in told if isinstance(each, Page)]
        assert pages[0].first
        names = [row.key.name for page in pages for row in page.rows]
        assert sorted(names) == ["etl", "hello"]

    def test_only_a_live_source_says_that_it_is_live(self, source: Connection) -> None:
        told, stop = _watching(source, Scope(("argo",)))
        (part,) = offered(source, Collections).parts(WORKFLOWS, Scope(("argo",)))
        live = Stood(part, Live())
        wait_until(lambda: told and (not source.place.is_live or live in told))
        assert (live in told) is source.place.is_live
        stop.set()

    def test_a_stopped_watch_ends_and_tells_nothing_more(self, source: Connection) -> None:
        before = set(threading.enumerate())
        told, stop = _watching(source, Scope(("argo",)))
        wait_until(lambda: told)
        stop.set()
        wait_until(lambda: not _threads_since(before))

    def test_a_watch_stopped_before_it_began_tells_nothing(self, source: Connection) -> None:
        stop = CancelToken()
        stop.set()
        told: list[Any] = []
        offered(source, Collections).watch(WORKFLOWS, Scope(("argo",)), told.append, stop)
        assert [each for each in told if not isinstance(each, Page | Stood)] == []

    def test_one_workflow_comes_with_its_nodes_and_all_its_fields(self, source: Connection) -> None:
        told: list[Any] = []
        stop = CancelToken()
        thread = threading.Thread(
            target=offered(source, Watches).watch_one,
            args=(WORKFLOWS, self.key(source, "etl"), "", told.append, stop),
            daemon=True,
        )
        thread.start()
        wait_until(lambda: told)
        stop.set()
        thread.join(5)
        assert isinstance(told[0], Changed)
        whole = told[0].row.value
        assert list(whole.object.nodes) == ["etl"]
        assert b'"odd":1' in whole.raw.replace(b" ", b"")
        assert whole.fits, "and that nothing of it is left out"

    def test_getting_keeps_every_field(self, source: Connection) -> None:
        found = offered(source, Objects).get(self.ref("etl").target)
        assert found["status"]["nodes"] == NODES
        assert found["status"]["message"] == "no luck"

    def test_what_is_not_there_is_missing(self, source: Connection) -> None:
        nope = WorkflowRef("argo", "nope")
        with pytest.raises(Missing, match="nope"):
            offered(source, Objects).get(nope.target)
        with pytest.raises(Missing, match="nope"):
            key = self.key(source, "nope")
            offered(source, Watches).watch_one(
                WORKFLOWS, key, "", lambda event: None, CancelToken()
            )

    def test_the_list_at_once_has_everything(self, source: Connection) -> None:
        found = {
            each.ref.name: each
            for each in offered(source, Collections).read_all(WORKFLOWS, Scope(("argo",)))
        }
        assert sorted(found) == ["etl", "hello"]
        assert found["etl"].phase == "Failed"
        assert found["etl"].status.message == "no luck"

    def test_where_there_are_tables_they_have_every_object_and_can_be_filled_in(
        self, source: Connection
    ) -> None:
        tables, scope = source.port(Tables), Scope(("argo",))
        if tables is None:
            assert source.lacks(Tables)
            return
        rows = {row.name: row for row in tables.read_table(TABLED, scope)}
        assert sorted(rows) == ["etl", "hello"]
        assert {row.namespace for row in rows.values()} == {"argo"}
        assert (rows["etl"].cell("Status"), rows["etl"].cell("Message")) == ("Failed", "no luck")
        keys = [self.key(source, name) for name in ("etl", "nope", "hello")]
        told: list[Any] = []
        tables.fill(TABLED, keys, told.append, CancelToken(), since=4)
        tables.fill_all(TABLED, scope, told.append, CancelToken(), since=4)
        assert all(isinstance(each, Filled) and each.since == 4 for each in told)
        filled = [row for each in told for row in each.rows]
        assert sorted(row.key for row in filled) == sorted([keys[0], keys[2]] * 2)
        assert all(row.depth >= Depth.SUMMARY and row.uid for row in filled)
        assert {row.value.phase for row in filled} == {"Failed", "Succeeded"}
        one = Scope(("argo",), field_selector="metadata.name=etl")
        assert tables.matching(TABLED, one, CancelToken()) == {keys[0]}

    def test_what_is_filled_in_after_it_was_stopped_is_not_told(self, source: Connection) -> None:
        tables, stop, told = source.port(Tables), CancelToken(), list[Any]()
        stop.set()
        if tables is not None:
            tables.fill(TABLED, [self.key(source, "etl")], told.append, stop)
            tables.fill_all(TABLED, Scope(("argo",)), told.append, stop)
            assert tables.matching(TABLED, Scope(("argo",)), stop) == frozenset()
        assert told == []

    def test_an_operation_is_done_or_it_is_said_why_none_can_be(self, source: Connection) -> None:
        key = ObjectKey("", "wf", "argo", "etl")
        stop = Patch(key=key, patch={"spec": {"shutdown": "Stop"}}, purpose="stop etl")
        operation = Operation("workflow.stop", Target(key), {}, (stop,))
        if source.port(Operations) is None:
            assert source.lacks(Operations)
            with pytest.raises(NotOffered):
                offered(source, Operations)
            return
        operations = offered(source, Operations)
        assert operations.refusal("workflow.stop", Target(key)) == ""
        (call,) = operations.preview(operation)
        assert call.path.endswith(self.stop_path)
        assert operations.perform(operation)["spec"]["shutdown"] == "Stop"

    def test_the_log_of_a_pod_that_is_gone_is_missing(self, source: Connection) -> None:
        with pytest.raises(Missing):
            list(
                offered(source, PodLogs).log(
                    LogRequest("argo", "gone", follow=False, workflow="etl"), CancelToken()
                )
            )

    def test_secrets_and_config_maps_that_are_not_there_are_missing(
        self, source: Connection
    ) -> None:
        with pytest.raises(Missing):
            offered(source, Secrets).secret_value("argo", "nope", "key")
        with pytest.raises(Missing):
            offered(source, Secrets).config_map("argo", "nope")

    @pytest.mark.parametrize("port", EVERY_PORT, ids=lambda port: port.__name__)
    def test_a_port_is_offered_or_it_is_said_why_not(self, source: Connection, port: Any) -> None:
        if source.port(port) is not None:
            assert source.lacks(port) == ""
            assert source.port(port) is source.port(port), "it is the same each time"
            return
        assert source.lacks(port)
        with pytest.raises(NotOffered) as caught:
            offered(source, port)
        assert caught.value.what == source.lacks(port)

    def test_what_nobody_offers_is_lacking(self, source: Connection) -> None:
        class Unheard(Protocol):
            """A port of another program."""

        assert source.port(Unheard) is None
        assert source.lacks(Unheard)

    def test_a_workflow_without_pods_and_events_has_none(self, source: Connection) -> None:
        for found in (
            (pods := source.port(Pods)) and pods.pods(self.ref("hello")),
            (events := source.port(Events)) and events.events(self.ref("hello")),
        ):
            assert not found

    def test_what_is_not_measured_is_missing_or_empty(self, source: Connection) -> None:
        try:
            assert offered(source, Metrics).usage(self.ref("hello")) == {}
        except SourceError as error:
            assert isinstance(error, Missing)

    def test_the_namespaces_have_ours(self, source: Connection) -> None:
        assert "argo" in offered(source, Namespaces).namespaces()

    def test_it_says_where_it_is(self, source: Connection) -> None:
        assert source.place.label
        assert source.place.namespace == "argo"

    @staticmethod
    def ref(name: str) -> WorkflowRef:
        return WorkflowRef("argo", name)

    @staticmethod
    def key(source: Connection, name: str) -> ObjectKey:
        return ObjectKey(source.place.label, WORKFLOWS.id, "argo", name)


def manifests() -> tuple[Manifest, Manifest]:
    """What a source of the contract has."""
    return ETL, HELLO


def _watching(source: Connection, scope: Scope) -> tuple[list[Any], CancelToken]:
    told: list[Any] = []
    stop = CancelToken()
    threading.Thread(
        target=offered(source, Collections).watch,
        args=(WORKFLOWS, scope, told.append, stop),
        daemon=True,
    ).start()
    return told, stop


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each not in before and each.daemon]
