"""Text from a cluster that means harm, through every screen, pane, dialog and notice of the app.

What reaches a strip is what reaches the terminal. So after each thing a person might do the whole
screen is looked at: printable characters only, exactly as wide as the terminal, and nothing that
can be clicked. And whatever comes, the app goes on.
"""

from __future__ import annotations

import json
from typing import Any
from unicodedata import category

from rich.cells import cell_len
from textual.events import Paste
from textual.widgets import Input

from tests.hostile.test_widgets import FORBIDDEN, PAYLOADS
from tests.support.app import Shown, showing, strips_of
from tests.support.runs import run, step
from tests.support.scripted import ScriptedSource
from tui.app import ArgoApp
from tui.domain.logs import blocks_of
from tui.domain.workflow import Manifest
from tui.errors import Refused, Unreachable
from tui.kinds.workflows import WORKFLOWS
from tui.palette import Palette
from tui.panes import panes_of
from tui.ports.collections import Live, Page, Scope, Sink, Stale, Stood, row_of
from tui.ports.connection import Place
from tui.ports.events import Event
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken
from tui.screens.action import ActionScreen
from tui.screens.problem import ProblemScreen

SIZE = (90, 30)


def harmless(shown: Shown, what: object) -> None:
    """The screen as it is now has nothing in it but text, and the app is alive."""
    assert shown.app.is_running and shown.app._exception is None, what
    width = shown.app.size.width
    for strip in strips_of(shown.app):
        bad = {category(char) for char in strip.text} & FORBIDDEN
        assert not bad, (what, bad, strip.text)
        assert cell_len(strip.text) == width, (what, strip.text)
        for segment in strip:
            assert not any(key.startswith("@") for key in getattr(segment.style, "meta", {})), what


def wired(text: str) -> str:
    """A payload as JSON brings it: what cannot be UTF-8 is not on any wire."""
    return text.encode("utf-8", "replace").decode()[:5000]


TEXTS = {name: wired(text) for name, text in PAYLOADS.items()}


def everything_is(text: str, number: int) -> Manifest:
    """A workflow in which every text is this one."""
    made = run(
        text or f"w{number}",
        text,
        text,
        began=number,
        message=text,
        labels={text: text},
        spec={"entrypoint": text, "templates": [{"name": text, "container": {"image": text}}]},
        conditions=[{"type": text, "status": text, "message": text}],
        startedAt=text,
    )
    made["metadata"].update(uid=f"u{number}", creationTimestamp=text, annotations={text: text})
    return made


def a_tree_of_them() -> Manifest:
    """A workflow with a step for each payload, which is in all of its fields."""
    nodes: list[dict[str, Any]] = [step("tree", "", "Failed", type="DAG", ended=1)]
    for number, text in enumerate(TEXTS.values()):
        value = {"name": text, "value": text, "default": text, "description": text}
        node = step("tree", f"s{number}", "Failed", ended=1, message=text, hostNodeName=text)
        node.update(
            displayName=text,
            progress=text,
            templateName=text,
            inputs={"parameters": [value], "artifacts": [{"name": text, "path": text}]},
            outputs={
                "parameters": [value],
                "result": text,
                "exitCode": text,
                "artifacts": [{"name": text, "path": text, "raw": {"data": text}}],
            },
            memoizationStatus={"hit": True, "key": text, "cacheName": text},
            synchronizationStatus={"waiting": text},
        )
        nodes.append(node)
    nodes[0]["children"] = [node["id"] for node in nodes[1:]]
    parameters = [
        {"name": text or "p", "value": text, "description": text, "enum": [text, "other"]}
        for text in TEXTS.values()
    ]
    spec = {"entrypoint": "main", "arguments": {"parameters": parameters}, "templates": []}
    made = run("tree", "Failed", ended=1, nodes=nodes, spec=spec, message=TEXTS["clear"])
    assert json.loads(json.dumps(made)) == made
    return made


class Evil(ScriptedSource):
    """Pods, logs, events and errors say the same things."""

    def log(self, request: LogRequest, stop: CancelToken) -> Any:
        self._ask("log", request)
        lines = [text.encode("utf-8", "surrogatepass") + b"\n" for text in PAYLOADS.values()]
        return blocks_of([b"2026-03-17T06:00:00Z ", *lines, b"\xff\xfe\x00\n"])

    def events(self, ref: Any, pod: str = "") -> tuple[Event, ...]:
        return tuple(Event(text, text, text, text) for text in TEXTS.values())


async def test_a_list_of_them_filtered_sorted_panned_and_marked() -> None:
    source = Evil(*(everything_is(text, i) for i, text in enumerate(TEXTS.values())))
    async with showing(source=source, size=SIZE) as shown:
        assert len(shown.names) == len(set(TEXTS.values()))
        harmless(shown, "list")
        for index in range(len(shown.names)):
            shown.rows.move_to_line(index)
            await shown.pilot.pause()
            harmless(shown, index)
        for keys in (["w"], ["right"], ["w"], ["space", "V"], ["greater_than_sign"], ["0"], ["c"]):
            await shown.press(*keys)
            harmless(shown, keys)
        for text in TEXTS.values():
            shown.overview.query_bar.look_for(text[:200])
            shown.overview.query_bar.text = text[:200]
        await shown.pilot.pause()
        harmless(shown, "filter")


async def test_every_pane_on_every_step() -> None:
    async with showing(source=Evil(a_tree_of_them()), size=SIZE) as shown:
        await shown.open()
        assert len(shown.steps) > len(TEXTS)
        for pane in panes_of(WORKFLOWS):
            await shown.detail.action_pane(pane.id)
            shown.detail.steps.focus()
            for index in range(0, len(shown.steps)):
                shown.detail.steps.move_to_line(index)
                await shown.pilot.pause()
                harmless(shown, (pane.id, index))
            await shown.detail.action_pane(pane.id)
            await shown.press("t", "w", "enter")
            harmless(shown, (pane.id, "keys"))
        await shown.press("escape", "escape", "escape", "c", "question_mark")
        harmless(shown, "help")


async def test_dialogs_with_such_names_values_and_choices() -> None:
    async with showing(source=Evil(a_tree_of_them()), size=(90, 60)) as shown:
        for key in ("R", "r", "D"):
            await shown.press(key)
            await shown.until(lambda: shown.shows(ActionScreen))
            await shown.until(lambda: shown.static("dialog-plan") != "reading …")
            await shown.pilot.pause()
            harmless(shown, key)
            for field in list(shown.app.screen.query(Input))[:3]:
                field.focus()
                field.value = "a"
                await shown.pilot.pause()
                for text in TEXTS.values():
                    field.post_message(Paste(text[:300]))
                await shown.pilot.pause()
                harmless(shown, (key, field.value[:50]))
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(ActionScreen))


async def test_what_is_typed_into_the_palette_stays_text() -> None:
    async with showing(source=Evil(a_tree_of_them()), size=SIZE) as shown:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        for name, text in TEXTS.items():
            shown.app.screen.query_one(Input).value = ""
            shown.app.screen.query_one(Input).post_message(Paste(text[:200]))
            await shown.pilot.pause()
            assert shown.app.is_running, name
        harmless(shown, "palette")


async def test_errors_and_notices_that_say_such_things() -> None:
    source = Evil(run("one", "Succeeded", ended=1))
    async with showing(source=source, size=SIZE) as shown:
        for name, text in TEXTS.items():
            shown.app.say(text, "error")
            await shown.pilot.pause()
            harmless(shown, name)
        for name in ("markup", "clipboard", "newlines", "long", "c1", "wide"):
            source.refusal = Unreachable(TEXTS[name], hint=TEXTS[name])
            await shown.press("D")
            await shown.until(lambda: shown.static("dialog-plan") != "reading …")
            harmless(shown, name)
            await shown.press("escape")
            source.refusal = None
            source.stand(Stale(Unreachable(TEXTS[name]), 2.0, 1))
            await shown.until(lambda: not shown.overview.arrangement.session.standings.is_live)
            harmless(shown, name)
            source.stand(Live())
            await shown.until(lambda: shown.overview.arrangement.session.standings.is_live)
        for name, text in TEXTS.items():
            shown.app.post_message(ArgoApp.NotConnected(Refused(text, hint=text)))
            await shown.until(lambda: shown.shows(ProblemScreen))
            await shown.pilot.pause()
            harmless(shown, name)


async def test_a_cluster_a_namespace_and_a_context_of_such_names() -> None:
    class Named(Evil):
        def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
            (of,) = self.parts(kind, scope)
            rows = tuple(row_of(of, each) for each in self._in(kind, Scope()))
            sink(Page(of, rows, True, True))
            sink(Stood(of, Live()))

    for name in ("markup", "clipboard", "bidi", "newlines", "wide"):
        text = TEXTS[name]
        place = Place(text, text, text, text)
        source = Named(run("one", "Running", namespace=text), place=place)
        async with showing(source=source, size=SIZE) as shown:
            harmless(shown, name)
            await shown.press("0")
            harmless(shown, name)
            await shown.open()
            harmless(shown, name)
