"""A kind is one module and one registration, also one of a core API group: here is a made-up one.

It is read from the API, listed, opened, found in palette and help and by its name, filtered and
sorted, and nothing in the program was written for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.api_source import source_of
from tests.support.app import Shown, app_showing, showing
from tests.support.fake_api import Asked, FakeApi, Reply, fake_api
from tests.support.runs import at, run
from tests.support.scripted import ScriptedSource, is_of
from tests.support.waiting import wait_until
from tui.actions import ACTIONS
from tui.actions.base import Action, Choices, Context, Plan
from tui.columns.base import Column
from tui.domain.decode import whole_reader
from tui.domain.identity import ObjectKey, Target
from tui.domain.query import OF_ANY_OBJECT
from tui.domain.resource import Resource
from tui.domain.workflow import Manifest, Metadata
from tui.errors import SettingsError
from tui.kinds.base import Kind, Look
from tui.kinds.registry import KINDS
from tui.palette import Palette
from tui.ports.collections import Changed, Live, Page, Scope, Stood
from tui.ports.operations import Create, Operation, Patch
from tui.ports.threads import CancelToken
from tui.screens.bindings import bring_keys
from tui.screens.help import HelpScreen
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen
from tui.sources.kubernetes_operations import calls

# --- its module ----------------------------------------------------------------------------------


class LimitSpec(msgspec.Struct, frozen=True):
    limits: tuple[dict[str, Any], ...] = ()


class LimitRange(msgspec.Struct, frozen=True):
    """A v1 LimitRange, in the core API group."""

    metadata: Metadata = Metadata()
    spec: LimitSpec = LimitSpec()


def limit_columns(look: Look) -> tuple[Column[LimitRange], ...]:
    return (
        Column(
            id="name",
            title="NAME",
            text=lambda limit, now: limit.metadata.name,
            width=20,
            order=lambda limit, now: limit.metadata.name,
        ),
        Column(
            id="limits",
            title="LIMITS",
            text=lambda limit, now: str(len(limit.spec.limits)),
            width=6,
            order=lambda limit, now: len(limit.spec.limits),
        ),
    )


def limit_facts(limit: LimitRange, now: datetime) -> list[tuple[str, str]]:
    return [("name", limit.metadata.name), ("limits", str(len(limit.spec.limits)))]


LIMIT_RANGES: Kind[LimitRange, LimitRange] = Kind(
    id="limits",
    names=("limitrange", "limitranges"),
    resource=Resource("", "v1", "limitranges", "LimitRange"),
    noun="limit range",
    nouns="limit ranges",
    listed=LimitRange,
    whole=whole_reader(LimitRange),
    columns=limit_columns,
    fields=OF_ANY_OBJECT,
    newest=lambda limit: limit.metadata.creation_timestamp or "",
    group=lambda limit: "",
    about=lambda limit, now: [(f"  {len(limit.spec.limits)} limits", "")],
    is_problem=lambda limit: False,
    panes=("facts", "manifest"),
    facts=limit_facts,
)

# --- what the program makes of it ----------------------------------------------------------------


def limit(name: str, limits: int, version: str = "1") -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {
            "name": name,
            "namespace": "argo",
            "uid": f"uid-{name}",
            "resourceVersion": version,
            "creationTimestamp": at(60),
        },
        "spec": {"limits": [{"type": "Pod"}] * limits},
    }


@pytest.fixture
def registered() -> Iterator[None]:
    with KINDS.including(LIMIT_RANGES):
        yield


def source() -> ScriptedSource:
    return ScriptedSource(run("one", "Running"), limit("small", 1), limit("large", 3))


def names(shown: Shown) -> list[str]:
    view = shown.app.screen
    return [row.key.name for row in view.rows.items] if isinstance(view, ListScreen) else []


async def to_its_list(shown: Shown, name: str = "limits") -> None:
    await shown.press("colon")
    await shown.write(name)
    await shown.press("enter")
    await shown.until(lambda: len(names(shown)) == 2)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("name", ["limits", "limitrange", "limitranges"])
async def test_its_list_is_reached_by_its_names_and_is_live(name: str) -> None:
    here = source()
    async with showing(source=here, size=(120, 30)) as shown:
        await to_its_list(shown, name)
        text = shown.text
        assert "NAME" in text and "LIMITS" in text and "● live" in shown.rows_of_screen[0]
        here.put(limit("small", 7, "2"), LIMIT_RANGES)
        await shown.until(lambda: any("small" in x and "7" in x for x in shown.rows_of_screen))
        here.remove(next(ref for ref in here.manifests if ref.name == "large"), "limits")
        await shown.until(lambda: names(shown) == ["small"])


@pytest.mark.usefixtures("registered")
async def test_it_is_in_palette_and_help_and_its_keys_are_those_of_every_list() -> None:
    async with showing(source=source(), size=(120, 40)) as shown:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        told = {entry.name: entry.help for entry in palette.found.items}
        assert told["Limit ranges"] == "the list of limit ranges"
        await shown.press("escape")
        await to_its_list(shown)
        await shown.press("colon")
        await shown.write("sort by limits")
        await shown.press("enter")
        await shown.until(lambda: names(shown) == ["small", "large"])
        await shown.press("S", "r")
        await shown.until(lambda: names(shown) == ["large", "small"])
        await shown.press("slash", *"sma", "enter")
        assert names(shown) == ["small"]
        await shown.press("escape")
        view = shown.app.screen
        assert isinstance(view, ListScreen)
        view.rows.move_to_line(1)
        await shown.until_shown("small  1 limits")
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        await shown.until_shown("limit range list")
        assert "ACT ON THE LIMIT RANGE" in shown.text and "WORKFLOW" not in shown.text
        assert "Summary" in shown.text and "YAML" in shown.text
        assert "Logs" not in shown.text and "Retry" not in shown.text, "they are not for it"


async def test_it_may_bring_a_key_that_shows_its_list_from_everywhere() -> None:
    with KINDS.including(msgspec.structs.replace(LIMIT_RANGES, key="%")):
        async with showing(source=source(), size=(120, 30)) as shown:
            await shown.open()
            await shown.press("%")
            await shown.until(lambda: len(names(shown)) == 2)
            await shown.press("question_mark")
            await shown.until(lambda: shown.shows(HelpScreen))
            await shown.press("slash", *"limit ranges")
            await shown.until_shown("%        Limit ranges")


async def test_a_key_of_its_own_that_means_something_else_ends_the_start() -> None:
    with (
        KINDS.including(msgspec.structs.replace(LIMIT_RANGES, key="l")),
        pytest.raises(SettingsError, match=r"the key l of kind.limits is that of pane.logs"),
    ):
        app_showing()
    bring_keys()


@pytest.mark.usefixtures("registered")
async def test_enter_opens_it_with_its_panes() -> None:
    async with showing(source=source(), size=(120, 30)) as shown:
        await to_its_list(shown)
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        await shown.until_shown("limits:")
        assert " Summary " in shown.text and "Logs" not in shown.text
        await shown.press("y")
        await shown.until_shown("kind: LimitRange")
        await shown.press("q")
        await shown.until(lambda: shown.shows(ListScreen))


@pytest.mark.usefixtures("registered")
def test_a_cluster_is_asked_for_it_where_its_group_is(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.event("MODIFIED", limit("small", 2, "9"))
            reply.hold()
        else:
            items = [limit("small", 1), limit("large", 3)]
            reply.json({"metadata": {"resourceVersion": "5"}, "items": items})

    with fake_api(answer) as api:
        made = source_of(api, tmp_path)
        told: list[Any] = []
        stop = CancelToken()

        def sink(event: Any) -> None:
            told.append(event)
            if isinstance(event, Changed):
                stop.set()

        made.watch(LIMIT_RANGES, Scope(("argo",)), sink, stop)
        assert [row.key.name for row in told[0].rows] == ["small", "large"]
        assert isinstance(told[0], Page) and told[1] == Stood(told[0].part, Live())
        assert told[2].row.key == ObjectKey(made.place.label, "limits", "argo", "small")
        assert len(told[2].row.value.spec.limits) == 2
        assert paths(api) == {"/api/v1/namespaces/argo/limitranges"}
        made.read_all(LIMIT_RANGES, Scope())
        wait_until(lambda: "/api/v1/limitranges" in paths(api))
        made.close()


def paths(api: FakeApi) -> set[str]:
    return {asked.path for asked in api.asked}


def relaxing(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """A plan that takes the first of its limits away."""
    key = ObjectKey("", "limits", "argo", manifest["metadata"]["name"])
    limits = manifest["spec"]["limits"][1:]
    change = Patch(key=key, patch={"spec": {"limits": limits}}, purpose=f"relax {key.name}")
    return Plan(
        action="limits.relax",
        title=f"Relax {key.name}",
        lines=(f"Left: {len(limits)}",),
        operation=Operation("limits.relax", Target(key), {}, (change,)),
    )


RELAX = Action(
    id="limits.relax",
    kinds=frozenset({"limits"}),
    label="Relax",
    help="Take its first limit away.",
    consequence="reversible",
    key="M",
    plan=relaxing,
    refusal=lambda limit, *_: None if limit.spec.limits else "there is no limit left",
    said=lambda answer: "Relaxed",
)


@pytest.mark.usefixtures("registered")
async def test_an_action_on_it_is_asked_about_and_sent() -> None:
    here = source()
    here.put(limit("large", 0), LIMIT_RANGES)
    with ACTIONS.including(RELAX):
        async with showing(source=here, size=(120, 30)) as shown:
            await to_its_list(shown)
            await shown.press("slash", *"small", "enter", "M")
            await shown.until_shown("Left: 0")
            assert "Relax small" in shown.text
            await shown.press("y")
            await shown.until_said("Relaxed")
            await shown.press("escape", "slash", *"large", "enter", "M")
            await shown.until_said("there is no limit left")
    (call,) = here.performed
    assert call.path == "/api/v1/namespaces/argo/limitranges/small"
    assert call.body == {"spec": {"limits": []}}


def test_a_change_of_it_goes_to_its_path(registered: None) -> None:
    key = ObjectKey("", "limits", "argo", "small")
    changes = (
        Patch(key=key, patch={"spec": {}}, purpose="patch small"),
        Create(key=key, manifest=limit("small", 1), purpose="create small"),
    )
    patched, created = calls(Operation("limits.change", Target(key), {}, changes))
    assert patched.path == "/api/v1/namespaces/argo/limitranges/small"
    assert created.path == "/api/v1/namespaces/argo/limitranges"


def test_a_change_of_what_nobody_registered_is_a_bug() -> None:
    key = ObjectKey("", "limits", "argo", "small")
    with pytest.raises(KeyError, match="limits"):
        calls(Operation("x", Target(key), {}, (Patch(key=key, patch={}, purpose="patch"),)))


async def test_without_its_registration_nothing_knows_it() -> None:
    assert "limits" not in KINDS and KINDS.named("limitranges") is None
    assert is_of(limit("a", 1), LIMIT_RANGES)
    async with showing(source=source()) as shown:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        assert "Limit ranges" not in {entry.name for entry in palette.found.items}


def test_a_kind_that_is_called_like_another_is_refused() -> None:
    with (
        pytest.raises(ValueError, match="are both called 'limits'"),
        KINDS.including(
            LIMIT_RANGES, msgspec.structs.replace(LIMIT_RANGES, id="quota", names=("limits",))
        ),
    ):
        pass
