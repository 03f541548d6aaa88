"""What is asked before anybody waits for it: once, soon, and only if just that is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow, write_kubeconfig
from tests.support.following import Follower
from tests.support.tables import TABLED, cells, metadata_in, table
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.cli import _opened_early
from tui.errors import Refused, Unreachable
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Live, Scope
from tui.ports.connection import Place, offered
from tui.ports.threads import CancelToken
from tui.settings import read_settings
from tui.sources import open_source, scope_of
from tui.sources.collections import ManyObjects
from tui.sources.credentials import Access
from tui.sources.opening import connect
from tui.sources.paths import MOST_APART, TABLE, Wanted
from tui.sources.prefetch import FRESH, MOST, Ask, Prefetches
from tui.sources.transport import Transport

ARGO = Scope(("argo",))


MANY = tuple(f"ns-{number}" for number in range(MOST_APART + 1))


def argo(place: Place) -> Wanted:
    return Wanted(WORKFLOWS.resource, ARGO)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_given_once_and_to_the_question_it_is_of() -> None:
    ahead = Prefetches()
    ahead.begin("/a", lambda stop: lambda: b"answer")
    assert ahead.take("/b") is None
    waiting = ahead.take("/a")
    assert waiting is not None
    assert waiting() == b"answer"
    assert ahead.take("/a") is None


def test_what_went_wrong_is_raised_where_the_answer_is_wanted() -> None:
    def ask(stop: CancelToken) -> Callable[[], bytes]:
        raise Refused("not allowed", status=403)

    ahead = Prefetches()
    ahead.begin("/a", ask)
    waiting = ahead.take("/a")
    assert waiting is not None
    with pytest.raises(Refused, match="not allowed"):
        waiting()


def test_an_old_answer_is_nobodys() -> None:
    clock = Clock()
    ahead = Prefetches(clock)
    ahead.begin("/a", lambda stop: lambda: b"answer")
    clock.now = FRESH + 1
    assert ahead.take("/a") is None


def test_what_is_not_taken_is_broken_off_in_the_end_or_when_there_is_too_much_of_it() -> None:
    ahead, broken = Prefetches(), []
    ended = threading.Event()

    def ask(name: str) -> Ask:
        def asking(stop: CancelToken) -> Callable[[], bytes]:
            stop.on_set(lambda: broken.append(name))
            ended.wait(10)
            return lambda: b""

        return asking

    for number in range(MOST + 1):
        ahead.begin(f"/{number}", ask(f"/{number}"))
    wait_until(lambda: broken == ["/0"])
    ahead.end()
    wait_until(lambda: len(broken) == MOST + 1)
    ended.set()
    wait_until(lambda: not [t for t in threading.enumerate() if t.name == "prefetch"])


def test_a_source_that_is_told_what_will_be_wanted_fetches_it_meanwhile(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        settings = where(kubeconfig=str(write_kubeconfig(tmp_path, api.url)))
        source = open_source(
            settings, prefetch=lambda place: Wanted(WORKFLOWS.resource, scope_of(settings, place))
        )
        wait_until(lambda: len(api.asked) == 1)
        found = offered(source, Collections).read_all(WORKFLOWS, scope_of(settings, source.place))
        assert [each.ref.name for each in found] == ["a"]
        assert len(api.asked) == 1, "the answer that was asked for is the one that is read"
        offered(source, Collections).read_all(WORKFLOWS, scope_of(settings, source.place))
        assert len(api.asked) == 2, "and it is read once"
        source.close()


@pytest.mark.parametrize("namespaces", [("argo",), ("argo", "other"), MANY, ()], ids=len)
def test_a_list_as_table_is_fetched_ahead_by_the_very_request_that_its_watch_makes(
    tmp_path: Path, namespaces: tuple[str, ...]
) -> None:
    scope = Scope(namespaces, "team=data")

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(table(cells("a"), metadata=metadata_in("argo")))

    def wanted(place: Place) -> Wanted:
        return Wanted(TABLED.resource, scope, as_table=True)

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        source = connect(where(kubeconfig=path), {}, prefetch=wanted)
        wait_until(lambda: len(api.asked) == 1)
        follower = Follower(lambda sink, stop: source.watch(TABLED, scope, sink, stop))
        parts = max(1, len(namespaces))
        wait_until(lambda: len(follower.standings(Live)) == parts)
        follower.end()
        lists = 1 if namespaces is MANY else parts
        assert len(api.lists()) == lists, "the first page is that which was asked for"
        source.close()


def test_the_start_of_the_app_asks_for_the_first_page_once_as_its_list_wants_it(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(table(cells("a")) if "includeObject" in asked.query else listing())

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        settings = read_settings({"kubeconfig": path}, {})
        (source,) = _opened_early(settings)
        wait_until(lambda: len(api.asked) == 1)
        scope, watch = scope_of(settings, source.place), offered(source, Collections).watch
        follower = Follower(lambda sink, stop: watch(WORKFLOWS, scope, sink, stop))
        wait_until(lambda: follower.standings(Live))
        follower.end()
        assert len(api.lists()) == 1
        source.close()


def test_an_answer_in_one_form_is_none_to_whoever_wants_another(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, api.url))), {})
        source._transport.prefetch("/x", [], accept=TABLE)
        wait_until(lambda: len(api.asked) == 1)
        source._transport.get("/x")
        assert len(api.asked) == 2
        source.close()


def test_who_wants_another_list_asks_for_that(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        source = connect(where(kubeconfig=path), {}, prefetch=argo)
        offered(source, Collections).read_all(WORKFLOWS, Scope(("other",)))
        source.close()
        wait_until(lambda: len(api.asked) == 2)
    assert {asked.path.split("/")[-2] for asked in api.asked} == {"argo", "other"}


def test_a_cluster_that_is_not_there_is_said_by_who_wants_the_list(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        url = api.url
    source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, url))), {}, prefetch=argo)
    with pytest.raises(Unreachable, match="cannot connect"):
        offered(source, Collections).read_all(WORKFLOWS, ARGO)
    source.close()


def ordered(first: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same object with one of its fields first."""
    return {first: body[first], **{key: value for key, value in body.items() if key != first}}


@pytest.mark.parametrize("first", ["metadata", "items"])
def test_the_next_page_is_asked_for_before_this_one_is_read(tmp_path: Path, first: str) -> None:
    """The API server writes where it begins before the items, or (custom resources) after them."""
    begun = threading.Event()
    pages = {
        "": ordered(first, listing(*[workflow(f"a{n}") for n in range(40)], more="next")),
        "next": ordered(first, listing(workflow("b"))),
    }

    def answer(asked: Asked, reply: Reply) -> None:
        more = asked.query.get("continue", "")
        if more:
            begun.set()
        reply.json(pages[more])

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        source = connect(where(kubeconfig=path), {})
        many = ManyObjects(source._transport, WORKFLOWS, "argo")
        page = many.list_page("")
        assert begun.wait(5), "nobody wanted the second page yet"
        assert page.more == "next"
        assert [each.ref.name for each in many.list_page(page.more).items] == ["b"]
        assert len(api.asked) == 2
        source.close()


def test_a_glance_that_errs_costs_a_request_and_nothing_else(tmp_path: Path) -> None:
    odd = workflow("a")
    odd["metadata"] = {**odd["metadata"], "annotations": {}}
    odd["spec"] = {"metadata": {"continue": "not-a-page"}}

    def answer(asked: Asked, reply: Reply) -> None:
        more = asked.query.get("continue", "")
        if more:
            reply.refuse(400, "BadRequest", "continue key is not valid")
        else:
            reply.json(listing(odd))

    with fake_api(answer) as api:
        source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, api.url))), {})
        assert [
            each.ref.name for each in offered(source, Collections).read_all(WORKFLOWS, ARGO)
        ] == ["a"]
        wait_until(lambda: len(api.asked) == 2)
        source.close()


def test_what_is_asked_and_not_wanted_is_closed_with_the_source(tmp_path: Path) -> None:
    """Warnings are errors here: a socket that is left open would be one."""
    with fake_api(lambda asked, reply: reply.raw(b"x" * 1_000_000)) as api:
        source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, api.url))), {})
        source._transport.prefetch("/x", [])
        wait_until(lambda: len(api.asked) == 1)
        source.close()
        wait_until(lambda: not [t for t in threading.enumerate() if t.name == "prefetch"])


def test_an_answer_that_began_ahead_is_read_by_who_wants_it(tmp_path: Path) -> None:
    body = b"x" * 5_000_000
    with fake_api(lambda asked, reply: reply.raw(body)) as api:
        source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, api.url))), {})
        source._transport.prefetch("/x", [])
        assert source._transport.get("/x") == body
        assert len(api.asked) == 1
        source.close()


def test_closing_does_not_wait_for_somebody_who_logs_in() -> None:
    begun, ended = threading.Event(), threading.Event()

    class Slow:
        def access(self) -> Access:
            begun.set()
            ended.wait(10)
            raise Refused("nobody came")

    transport = Transport(Slow(), server="https://cluster.invalid")
    transport.prefetch("/x", [])
    assert begun.wait(5)
    transport.close()
    assert not ended.is_set()
    ended.set()
    wait_until(lambda: not [t for t in threading.enumerate() if t.name == "prefetch"])
