"""Lists and screens of cron workflows and templates, reached by what is typed after a colon."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.app import Shown, showing
from tests.support.runs import at, run
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import LABEL, Manifest
from tui.errors import Missing
from tui.kinds.cluster_workflow_templates import CLUSTER_WORKFLOW_TEMPLATES
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen
from tui.screens.workflow import WorkflowScreen
from tui.widgets.table import Table
from tui.widgets.text_view import TextView


def made(kind: str, name: str, namespace: str = "argo", spec: Any = None) -> Manifest:
    metadata = {"name": name, "uid": f"uid-{name}", "resourceVersion": "1"}
    if namespace:
        metadata["namespace"] = namespace
    metadata["creationTimestamp"] = at(600)
    return {"kind": kind, "metadata": metadata, "spec": spec or {}, "status": {}}


NIGHTLY = made("CronWorkflow", "nightly", spec={"schedules": ["0 7 * * *"]})
HELD = made("CronWorkflow", "held", spec={"schedules": ["0 7 * * *"], "suspend": True})
ETL = made("WorkflowTemplate", "etl", spec={"entrypoint": "main"})
SHARED = made("ClusterWorkflowTemplate", "shared", "")


def by(label: str, name: str) -> dict[str, str]:
    return {f"{LABEL}{label}": name}


SHARED_LABELS = by("cluster-workflow-template", "shared")


def source() -> ScriptedSource:
    return ScriptedSource(
        run("nightly-1", "Failed", ended=1, labels=by("cron-workflow", "nightly")),
        run("etl-1", "Running", labels=by("workflow-template", "etl")),
        run(
            "shared-1", "Running", namespace="ml", labels=by("cluster-workflow-template", "shared")
        ),
        NIGHTLY,
        HELD,
        ETL,
        SHARED,
    )


async def go(shown: Shown, line: str) -> None:
    """Type a line after the colon."""
    await shown.press("colon")
    await shown.write(line)
    await shown.press("enter")


def listed(shown: Shown) -> list[str]:
    """The names in the list in front."""
    view = shown.app.screen
    return [row.key.name for row in view.rows.items] if isinstance(view, ListScreen) else []


def text_of(shown: Shown) -> str:
    view = shown.app.screen.query_one(TextView)
    return "\n".join(view.text.line(i) for i in range(len(view.text)))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("cron", ["held", "nightly"]),
        ("cwf", ["held", "nightly"]),
        ("cronworkflows", ["held", "nightly"]),
        ("wftmpl", ["etl"]),
        ("wft", ["etl"]),
        ("templates", ["etl"]),
        ("cwftmpl", ["shared"]),
        ("clusterworkflowtemplates", ["shared"]),
    ],
)
async def test_each_kind_has_a_live_list_by_each_of_its_names_and_wf_goes_back(
    line: str, names: list[str]
) -> None:
    async with showing(source=source(), size=(160, 30)) as shown:
        await go(shown, line)
        await shown.until(lambda: sorted(listed(shown)) == names)
        await shown.until(lambda: "● live" in shown.rows_of_screen[0])
        await go(shown, "wf")
        await shown.until(lambda: sorted(listed(shown)) == ["etl-1", "nightly-1"])
        assert len(shown.app.screen_stack) == 2


async def test_a_list_tells_how_the_last_run_ended_and_hears_of_the_next() -> None:
    here = source()
    async with showing(source=here, size=(160, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown("✖ nightly")
        head = shown.rows_of_screen[0]
        assert "1 suspended" in head and "│ 2" in head
        here.put(run("nightly-2", "Running", began=0, labels=by("cron-workflow", "nightly")))
        await shown.until_shown("● nightly")
        changed = {**NIGHTLY, "spec": {"schedules": ["45 6 * * *"]}}
        changed["metadata"] = {**NIGHTLY["metadata"], "resourceVersion": "2"}
        here.put(changed, CRON_WORKFLOWS)
        await shown.until_shown("45 6 * * *")
        assert "15m" in next(line for line in shown.rows_of_screen if "45 6" in line)


async def test_enter_opens_its_summary_its_runs_and_its_yaml() -> None:
    async with showing(source=source(), size=(160, 30)) as shown:
        await go(shown, "cron")
        await shown.until(lambda: len(listed(shown)) == 2)
        await shown.press(*("j" if listed(shown)[0] == "held" else "k"), "enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        await shown.until(lambda: "next run:" in text_of(shown))
        assert "2026-03-17T07:00:00Z (in 30m)" in text_of(shown)
        assert "nightly  Scheduled" in shown.rows_of_screen[0]
        await shown.press("y")
        await shown.until_shown("kind: CronWorkflow")
        await shown.press("P")
        await shown.until_shown("nightly-1")
        assert "etl-1" not in shown.text
        await shown.until(lambda: isinstance(shown.app.screen.focused, Table))
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert shown.detail.key.name == "nightly-1"


async def test_the_runs_of_a_template_of_the_cluster_come_from_every_namespace() -> None:
    async with showing(source=source(), size=(160, 30)) as shown:
        await go(shown, "cwftmpl")
        await shown.until(lambda: listed(shown) == ["shared"])
        await shown.press("enter", "P")
        await shown.until_shown("shared-1")
        assert "ml" in shown.text


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("cron", "scripted ▸ argo ▸ cron workflows  "),
        ("wftmpl", "scripted ▸ argo ▸ workflow templates  "),
        ("cwftmpl", "scripted ▸ argo ▸ cluster workflow templates  "),
    ],
)
async def test_a_list_says_what_it_lists(line: str, head: str) -> None:
    async with showing(source=source(), size=(120, 30)) as shown:
        await go(shown, line)
        await shown.until(lambda: listed(shown))
        assert head in shown.rows_of_screen[0]
        await go(shown, "wf")
        await shown.until(lambda: sorted(listed(shown)) == ["etl-1", "nightly-1"])
        assert "▸ argo  " in shown.rows_of_screen[0]


async def test_other_namespaces_are_listed_of_the_kind_that_is_in_front() -> None:
    elsewhere = made("CronWorkflow", "weekly", "ml", spec={"schedules": ["0 7 * * 1"]})
    async with showing(source=ScriptedSource(NIGHTLY, elsewhere, SHARED), size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until(lambda: listed(shown) == ["nightly"])
        await go(shown, "ns all")
        await shown.until(lambda: sorted(listed(shown)) == ["nightly", "weekly"])
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        await go(shown, "ns ml")
        await shown.until(lambda: listed(shown) == ["weekly"])


async def test_the_runs_that_a_cluster_template_tells_of_are_those_of_the_watched_namespaces() -> (
    None
):
    async with showing(source=source(), size=(120, 30)) as shown:
        await go(shown, "cwftmpl")
        await shown.until(lambda: listed(shown) == ["shared"])
        await go(shown, "ns all")
        await shown.until_shown("● shared")
        assert "▸ all namespaces ▸ cluster workflow templates" in shown.rows_of_screen[0]


async def test_a_list_that_namespaces_do_not_matter_to_names_none_and_offers_none() -> None:
    alone = msgspec.structs.replace(CLUSTER_WORKFLOW_TEMPLATES, related=())
    async with showing(source=source(), size=(120, 30)) as shown:
        shown.app.views.bring(ListScreen(shown.app.context, alone))
        await shown.at_rest()
        await shown.until(lambda: listed(shown) == ["shared"])
        assert "scripted ▸ cluster workflow templates  " in shown.rows_of_screen[0]
        await shown.press("0")
        assert shown.said == "cluster workflow templates are in no namespace"
        await go(shown, "ns ml")
        await shown.until(lambda: listed(shown) == ["shared-1"])


async def test_keys_and_commands_that_say_nothing_of_a_kind_are_not_offered_for_it() -> None:
    async with showing(source=source(), size=(120, 30)) as shown:
        await go(shown, "wftmpl")
        await shown.until(lambda: listed(shown) == ["etl"])
        await shown.at_rest()
        assert "Problems" not in shown.rows_of_screen[-1]
        front = shown.app.screen
        assert isinstance(front, ListScreen)
        titles = {command.title: command.help for command in front.commands()}
        assert "Problems only" not in titles
        assert (
            titles["Filter"]
            == "name, ns:…, label:…, template:…, param:…, description:…, age:…, since:…"
        )
        await shown.press("exclamation_mark")
        assert shown.said == "workflow templates have no problems to look for"
        await shown.press("enter")
        await shown.until_shown("( ) tab")
        await shown.press("P")
        await shown.until_shown("etl-1")
        assert "zoom" not in shown.text
        await shown.press("y", "question_mark")
        await shown.until_shown("Keys: workflow template")
        assert "Whole workflow" not in shown.text


async def test_one_without_runs_says_so() -> None:
    async with showing(source=ScriptedSource(ETL), size=(120, 30)) as shown:
        await go(shown, "wftmpl")
        await shown.until(lambda: listed(shown) == ["etl"])
        await shown.press("enter", "P")
        await shown.until_shown("no workflows of this workflow template here")


async def test_the_demo_that_an_empty_list_offers_is_opened_from_it() -> None:
    asked: list[bool] = []

    def connect(demo: bool) -> ScriptedSource:
        asked.append(demo)
        return ScriptedSource(run("demo-1" if demo else "one", "Running"))

    async with showing(connect=connect, size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown(":demo opens the built-in demo cluster")
        await shown.press("colon", *"demo", "enter")
        await shown.until(lambda: asked == [False, True])
        await shown.until(lambda: listed(shown) == ["demo-1"])


async def test_a_list_that_is_in_front_again_has_the_ages_of_now() -> None:
    async with showing(source=source(), size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until(lambda: len(listed(shown)) == 2)
        assert " 10h " in next(line for line in shown.rows_of_screen if "held" in line)
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        shown.pass_time(36_000)
        await shown.press("escape")
        await shown.until(lambda: shown.shows(ListScreen))
        assert " 20h " in next(line for line in shown.rows_of_screen if "held" in line)


async def test_one_that_is_deleted_while_it_is_open_is_shown_as_it_was() -> None:
    here = source()
    async with showing(source=here, size=(160, 30)) as shown:
        await go(shown, "wftmpl")
        await shown.until(lambda: listed(shown) == ["etl"])
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen) and "entrypoint:" in text_of(shown))
        here.remove(next(ref for ref in here.manifests if ref.name == "etl"), "wftmpl")
        await shown.until_said("etl was deleted; this is how it was last")
        assert "deleted" in shown.rows_of_screen[0]


async def test_a_kind_that_the_cluster_does_not_have_says_so_in_its_list() -> None:
    class Old(ScriptedSource):
        def watch(self, kind: Any, scope: Any, sink: Any, stop: Any) -> None:
            if kind is CRON_WORKFLOWS:
                self.unreadable["argo"] = Missing("this cluster has no CronWorkflow kind")
            super().watch(kind, scope, sink, stop)

    async with showing(source=Old(run("one", "Running")), size=(160, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown("this cluster has no CronWorkflow kind")
        await shown.press("q")
        await shown.until(lambda: listed(shown) == ["one"])


async def test_a_list_that_is_left_is_watched_no_more() -> None:
    here = source()
    async with showing(source=here, size=(160, 30)) as shown:
        await go(shown, "cron")
        await shown.until(lambda: here.open_watches == 2)
        await go(shown, "wftmpl")
        await shown.until(lambda: listed(shown) == ["etl"])
        await shown.until(lambda: here.open_watches == 2)
        await go(shown, "wf")
        await shown.until(lambda: here.open_watches == 1)
