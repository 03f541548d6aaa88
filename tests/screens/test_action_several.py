"""The question about several workflows at once, and what comes of each."""

from __future__ import annotations

from tests.support.app import showing
from tests.support.asking import Obstinate, ask, assert_calls
from tests.support.plans import calls_of
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource
from tui.actions.base import Plan
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import Manifest
from tui.errors import Missing
from tui.screens.plan_words import words_of_several


class Vanishing(ScriptedSource):
    """One workflow is listed, and gone when it is read."""

    vanished = ""

    def get(self, target: Target) -> Manifest:
        if target.key.name == self.vanished:
            raise Missing(f"there is no workflow {target.key.name}", status=404)
        return super().get(target)


async def test_several_are_done_one_after_the_other_and_one_failure_stops_no_other() -> None:
    source = Obstinate(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(4)), fails_at=1)
    async with showing(source=source) as shown:
        await shown.press("space", "space", "space", "space")
        await ask(shown, "D")
        assert "Delete 4 workflows" in shown.text
        assert "Delete old-2 (Succeeded)" in shown.text
        assert shown.text.count("The workflow goes, with the state of its steps") == 1
        await shown.press("y")
        await shown.until(lambda: len(source.performed) == 4 and not shown.app.context.pending)
        assert len({write.path for write in source.performed}) == 4
        await shown.until_said("Delete: 3 of 4 done; not old-1: ")


async def test_a_refusal_names_its_workflow_once() -> None:
    async with showing(run("still-going", "Running")) as shown:
        await shown.press("r")
        await shown.until_said("still-going is Running")
        assert shown.said.count("still-going") == 1


async def test_of_very_many_the_first_are_named_and_the_rest_counted() -> None:
    async with showing(*(run(f"old-{i:03}", "Succeeded", ended=1) for i in range(120))) as shown:
        await shown.press("V", "G", "V")
        await ask(shown, "D")
        assert "Delete 120 workflows" in shown.text
        assert "In all: 120 workflows, 120 API calls" in shown.text
        await shown.until_shown("The workflow goes")
        assert "\n… and 20 more\n" in shown.static("dialog-plan")


async def test_of_several_each_is_named_with_its_namespace_its_pods_and_its_calls() -> None:
    other = run("same", "Failed", namespace="ml", ended=1)
    other["metadata"]["uid"] = "uid-other"
    source = ScriptedSource(nightly_etl(), run("same", "Failed", ended=2), other)
    async with showing(source=source, size=(80, 24)) as shown:
        await shown.press("0")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("g", "space", "space", "space")
        screen = await ask(shown, "r")
        plan = shown.static("dialog-plan")
        for told in (
            "In all: 3 workflows in 2 namespaces, 2 pods deleted, logs archived, 6 API calls",
            f"Retry {ETL} in argo (Failed)",
            "Retry same in argo (Failed)",
            "Retry same in ml (Failed)",
            "  Runs again: 1 step: transform(2:shard:2)",
        ):
            assert told in plan.splitlines()
        assert plan.count("Lost: ") == 1, "what is true of each is said once"
        assert_calls(plan, [write for _, made in screen._plans for write in calls_of(made)])
        await shown.press("d")
        await shown.at_rest()
        assert "Calls" not in shown.text and "PgDn reads on" in shown.text
        for _ in range(10):
            await shown.press("pagedown")
        assert "6. PUT …/namespaces/" in shown.text


async def test_several_are_not_asked_for_one_name() -> None:
    source = ScriptedSource(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(2)))
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        assert screen.query("#choice-name")
        await shown.press("escape", "space", "space")
        screen = await ask(shown, "R")
        assert not screen.query("#choice-name") and screen.query("#choice-labels")


async def test_several_that_went_well_are_counted() -> None:
    source = ScriptedSource(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(3)))
    async with showing(source=source) as shown:
        await shown.press("space", "space", "space")
        await ask(shown, "D")
        await shown.press("y")
        await shown.until_said("Delete: 3 of 3 done")


async def test_what_an_action_cannot_be_done_to_is_left_out_by_name() -> None:
    source = ScriptedSource(run("still-going", "Running"), nightly_etl())
    async with showing(source=source) as shown:
        await shown.press("r")
        await shown.until_said("still-going is Running: only a finished workflow can be retried")
        await shown.press("space", "space")
        await ask(shown, "r")
        assert "1 left out; still-going" in shown.said
        assert f"Retry {ETL}" in shown.text
        assert "Retry 1 of 2 workflows" in shown.text
        assert "✖ still-going is Running" in shown.static("dialog-plan")
        await shown.press("ctrl+s")
        await shown.until_said("Retry: 1 of 2 done; 1 left out: still-going is Running")


async def test_one_that_went_meanwhile_keeps_nobody_from_the_others_and_is_told() -> None:
    source = Vanishing(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(3)))
    source.vanished = "old-1"
    async with showing(source=source) as shown:
        await shown.press("space", "space", "space")
        await ask(shown, "D")
        assert "old-1" in shown.static("dialog-plan")
        assert "✖ old-1: there is no workflow old-1" in shown.static("dialog-plan")
        await shown.press("y")
        await shown.until_said("Delete: 2 of 3 done; 1 left out: old-1: there is no workflow old-1")
        assert len(source.performed) == 2


async def test_of_many_that_are_left_out_the_first_are_told_and_the_rest_counted() -> None:
    going = [run(f"going-{i}", "Running") for i in range(5)]
    async with showing(*going, nightly_etl()) as shown:
        await shown.press("V", "G", "V")
        await ask(shown, "r")
        assert "Retry 1 of 6 workflows" in shown.text
        assert shown.static("dialog-plan").count("✖ going-") == 5
        short = shown.static("dialog-sentence")
        assert short.count("✖ going-") == 2
        assert "✖ and 3 more are left out (d names them)" in short
        assert f"Retry {ETL}" in shown.text, "what is done is in sight"
        await shown.press("ctrl+s")
        await shown.until_said("Retry: 1 of 6 done; 5 left out: going-")
        assert "; and 2 more" in shown.said


async def test_where_all_are_gone_the_question_says_so() -> None:
    source = Vanishing(run("old-0", "Succeeded", ended=1))
    source.vanished = "old-0"
    async with showing(source=source) as shown:
        await ask(shown, "D")
        assert "there is no workflow old-0" in shown.static("dialog-plan")


def test_a_loss_that_is_true_of_each_is_told_once_and_with_its_sign() -> None:
    loss = "Running steps end."
    planned = [
        (
            Target(ObjectKey("", "wf", "argo", name)),
            Plan("workflow.stop", f"Stop {name}", (loss, f"of {name}"), None, losses=(loss,)),
        )
        for name in ("a", "b")
    ]
    told = words_of_several(planned, {}, lambda one: ())
    assert [line for line in told if loss in line] == [f"▲ {loss}"]
    assert {"  of a", "  of b"} <= {*told}
