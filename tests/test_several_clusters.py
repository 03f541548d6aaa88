"""Several clusters in one list: each row acts on its own cluster, and on no other."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.sources.test_kubeconfig import config
from tests.support.app import UNPROTECTED, Shown
from tests.support.elsewhere import Clusters, among, in_namespace
from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow
from tests.support.headless import run as run_headless
from tests.support.health import Troubled
from tests.support.runs import run
from tests.support.scripted import opened
from tests.test_elsewhere import head, names_of, picker, type_line
from tui.errors import Busy, Refused, SettingsError, Unreachable
from tui.ports.collections import Live, Stale
from tui.ports.health import Health
from tui.screens.action import ActionScreen
from tui.screens.list import ListScreen
from tui.settings import Settings
from tui.sources.contexts import several

BOTH = replace(UNPROTECTED, contexts=("dev", "prod"))


def shared(name: str = "same-1") -> Clusters:
    """Two clusters that both have a workflow of one name."""
    clusters = Clusters("dev", "prod")
    for each in clusters.values():
        found = in_namespace(run(name, "Failed", began=30, ended=20), "argo")
        each.manifests = {opened(found).object.ref: found}
    return clusters


def rows(shown: Shown) -> list[tuple[str, str]]:
    """Context and name of each row."""
    return [(row.key.connection, row.key.name) for row in shown.rows.items]


async def test_rows_of_both_are_in_one_list_with_a_column_that_tells_them_apart() -> None:
    async with among(Clusters("dev", "prod"), BOTH) as shown:
        await shown.until(
            lambda: sorted(rows(shown)) == [("dev", "dev-argo-1"), ("prod", "prod-argo-1")]
        )
        assert head(shown).startswith(" dev,prod ▸ argo")
        assert "CONTEXT" in shown.rows_of_screen[1]
        await type_line(shown, "ctx dev")
        await shown.until(lambda: rows(shown) == [("dev", "dev-argo-1")])
        assert "CONTEXT" not in shown.rows_of_screen[1], "there is only one"


async def test_several_are_marked_in_the_picker() -> None:
    async with among(Clusters("dev", "prod", "stage")) as shown:
        found = await picker(shown, "ctx")
        await shown.until(lambda: len(names_of(found)) == 3)
        await shown.press("space", "down", "space")
        assert found.rows.marks == {"dev", "stage"}
        await shown.press("enter")
        await shown.until(lambda: {each for each, _ in rows(shown)} == {"dev", "stage"})
        await shown.press("minus")
        await shown.until(lambda: rows(shown) == [("dev", "dev-argo-1")])


async def test_an_action_is_done_on_the_cluster_of_its_row_and_on_no_other() -> None:
    clusters = shared()
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        shown.rows.move_to_line([each for each, _ in rows(shown)].index("prod"))
        await shown.press("D")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("Delete same-1 on prod")
        await shown.press("d")
        await shown.until_shown("--context prod")
        await shown.press("left", "y")
        await shown.until(lambda: clusters["prod"].performed)
        assert [call.method for call in clusters["prod"].performed] == ["DELETE"]
        assert clusters["dev"].performed == []
        assert "get" not in [what for what, _ in clusters["dev"].asked]


async def test_what_is_marked_on_both_is_done_on_both() -> None:
    clusters = shared()
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        await shown.press("space", "space", "D")
        await shown.until_shown("In all: 2 workflows on 2 clusters")
        await shown.press("left", "y")
        await shown.until(lambda: all(each.performed for each in clusters.values()))
        assert [len(each.performed) for each in clusters.values()] == [1, 1]


async def test_an_object_is_read_from_its_own_cluster() -> None:
    clusters = shared()
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        shown.rows.move_to_line([each for each, _ in rows(shown)].index("prod"))
        await shown.press("enter")
        await shown.until(lambda: "watch_one" in [what for what, _ in clusters["prod"].asked])
        await shown.press("e")
        await shown.until(lambda: "events" in [what for what, _ in clusters["prod"].asked])
        assert head(shown).startswith(" prod ▸ argo ▸ same-1")
        asked = {what for what, _ in clusters["dev"].asked}
        assert not asked & {"watch_one", "events", "pods", "log"}


async def test_each_is_stale_and_live_by_itself_and_the_header_names_the_worst() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        await shown.until_shown("● live")
        clusters["prod"].stand(Stale(Unreachable("no answer"), 30.0, 1))
        await shown.until_shown("stale prod")
        clusters["dev"].put(run("dev-argo-9", "Running"))
        await shown.until(lambda: ("dev", "dev-argo-9") in rows(shown))
        assert ("prod", "prod-argo-1") in rows(shown), "what was known of it stays"
        clusters["prod"].stand(Live())
        await shown.until_shown("● live")


async def test_requests_that_fail_are_told_of_their_own_cluster_only() -> None:
    clusters, health = shared(), Troubled()
    clusters["prod"].ports[Health] = health
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        health.trouble = Busy("etcdserver: request timed out", status=504)
        await shown.until_shown("watched, but requests to prod fail")
        for context in ("dev", "prod"):
            shown.rows.move_to_line([each for each, _ in rows(shown)].index(context))
            health.trouble = Busy("etcdserver: request timed out", status=504)
            await shown.press("enter")
            is_troubled = context == "prod"
            await shown.until_shown("requests fail" if is_troubled else "● live")
            assert is_troubled or "fail" not in head(shown)
            await shown.press("q")
            await shown.until(lambda: shown.shows(ListScreen))


async def test_one_that_cannot_be_read_hides_no_other() -> None:
    clusters = Clusters("dev", "prod")
    clusters["prod"].unreadable["argo"] = Refused("you cannot list workflows in argo", status=403)
    async with among(clusters, BOTH) as shown:
        await shown.until(lambda: rows(shown) == [("dev", "dev-argo-1")])
        await shown.until_shown("cannot read prod")
        assert shown.shows(ListScreen)


async def test_read_only_is_that_of_the_cluster_of_the_row() -> None:
    clusters = shared()
    settings = replace(BOTH, places=(("prod", {"read_only": True}),))
    async with among(clusters, settings) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        shown.rows.move_to_line([each for each, _ in rows(shown)].index("prod"))
        await shown.until_shown("RO")
        await shown.press("D")
        await shown.until_said("refused")
        shown.rows.move_to_line([each for each, _ in rows(shown)].index("dev"))
        await shown.until_shown("RW")
        await shown.press("D")
        await shown.until(lambda: shown.shows(ActionScreen))


async def test_the_list_can_be_sorted_by_context() -> None:
    async with among(Clusters("dev", "prod"), BOTH) as shown:
        await shown.until(lambda: len(shown.names) == 2)
        await type_line(shown, "ns all")
        await shown.until(lambda: len(shown.names) == 4)
        await type_line(shown, "sort context")
        await shown.until(lambda: [each for each, _ in rows(shown)] == ["dev"] * 2 + ["prod"] * 2)
        await shown.press("S", "r")
        await shown.until(lambda: [each for each, _ in rows(shown)] == ["prod"] * 2 + ["dev"] * 2)


@pytest.mark.parametrize("seed", range(3))
async def test_random_switching_never_mixes_clusters(seed: int) -> None:
    """Whatever is chosen while whatever does not answer: rows are of what the header names."""
    chance = random.Random(seed)
    names = ("dev", "prod", "stage")
    clusters = Clusters(*names)
    async with among(clusters) as shown:
        for _ in range(14):
            step = chance.choice(("ctx", "ctx", "several", "ns", "back", "escape", "hold", "free"))
            some = chance.choice(names)
            if step == "ctx":
                shown.app.navigator.go_to_contexts((some,))
            elif step == "several":
                shown.app.navigator.go_to_contexts(tuple(chance.sample(names, 2)))
            elif step == "ns":
                shown.app.navigator.go_to_namespaces(chance.choice(((), ("argo",), ("data",))))
            elif step == "back":
                await shown.press("minus")
            elif step == "escape":
                await shown.press("escape")
            elif step == "hold":
                clusters[some].answers_now.clear()
            else:
                clusters[some].answers_now.set()
            clusters[some].put(run(f"{some}-argo-{chance.randrange(9)}", "Running"))
            await shown.pilot.pause()
            check(shown)
        for each in clusters.values():
            each.answers_now.set()
        await shown.until(lambda: shown.app.navigator.attempt is None)
        await shown.at_rest()
        check(shown)
        ids = tuple(shown.app.context.connections)
        assert {each for each, _ in rows(shown)} <= set(ids) and rows(shown)
        assert ids == tuple(shown.app.navigator.contexts_shown)
        still_open = {
            name: each.times_opened - each.times_closed for name, each in clusters.items()
        }
        assert still_open == {name: int(name in ids) for name in names}


def check(shown: Shown) -> None:
    """Every row is of a connection that is shown, and of the cluster that its name says."""
    ids = set(shown.app.context.connections)
    for row in shown.rows.items:
        assert row.key.connection in ids
        assert row.key.name.startswith(row.key.connection)


# --- the command line ------------------------------------------------------------------------


def test_several_contexts_are_named_with_commas_unless_one_has_a_comma_in_its_name(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config("a", "b", "x,y", current="a")))

    def named(text: str) -> list[str]:
        return several(Settings(kubeconfig=str(file), context=text))

    assert named("a,b") == ["a", "b"]
    assert named("b, a,b") == ["b", "a"]
    assert named("x,y") == [] and named("a") == []
    with pytest.raises(SettingsError, match="comma"):
        named("a,,b")


def test_list_puts_the_context_in_front_only_where_there_are_several(tmp_path: Path) -> None:
    def with_one(name: str) -> Callable[[Asked, Reply], None]:
        return lambda asked, reply: reply.json(listing(workflow(name)))

    with fake_api(with_one("first-1")) as first, fake_api(with_one("second-1")) as second:
        servers = {"a": first.url, "b": second.url, "dead": "http://127.0.0.1:9"}
        made = config(*servers, current="a", namespace="argo")
        made["clusters"] = [
            {"name": name, "cluster": {"server": url}} for name, url in servers.items()
        ]
        file = tmp_path / "config"
        file.write_text(yaml.safe_dump(made))
        said = run_headless(["list", "--kubeconfig", str(file), "--context", "a,b"])
        lines = [line.split()[:2] for line in said.out.splitlines()]
        assert lines[0] == ["CONTEXT", "NAME"] and said.code == 0
        assert sorted(lines[1:]) == [["a", "first-1"], ["b", "second-1"]]
        said = run_headless(["list", "--kubeconfig", str(file), "--context", "a"])
        assert said.out.startswith("NAME ")
        said = run_headless(["list", "--kubeconfig", str(file), "--context", "dead,b"])
        assert said.code == 1 and "second-1" in said.out and "dead is left out" in said.err
        said = run_headless(["get", "x", "--kubeconfig", str(file), "--context", "a,b"])
        assert said.code == 2 and "get is about one cluster" in said.err
