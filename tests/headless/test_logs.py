"""`argo-tui logs` against the demo cluster."""

from __future__ import annotations

import argparse
import queue
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.waiting import wait_until
from tui.demo.resources import PODS, WORKFLOWS
from tui.domain.podname import agent_pod_name, v2_pod_name
from tui.errors import Missing, UsageError
from tui.headless import logs
from tui.settings import Settings

Run = Callable[..., int]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running_cluster(folder) as running:
        yield running


@pytest.fixture
def run(cluster: Cluster) -> Run:
    def command(*words: str, **settings: Any) -> int:
        parser = argparse.ArgumentParser()
        logs.configure(parser)
        return logs.run(
            parser.parse_args(words), Settings(kubeconfig=str(cluster.kubeconfig), **settings)
        )

    return command


def following(run: Run) -> queue.SimpleQueue[int]:
    """Follow the run on a thread; its exit code comes when that has ended."""
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Thread(target=lambda: ended.put(run("etl", "-f", "--no-prefix")), daemon=True).start()
    return ended


class Printed:
    """What a command has printed so far, while it goes on."""

    def __init__(self, capsys: Captured) -> None:
        self._capsys = capsys
        self.text = self.said = ""

    def has(self, text: str) -> Callable[[], bool]:
        """To be waited for."""

        def check() -> bool:
            self.text += self._capsys.readouterr().out
            return text in self.text

        return check

    def has_said(self, text: str) -> Callable[[], bool]:
        """To be waited for, on stderr."""

        def check() -> bool:
            captured = self._capsys.readouterr()
            self.text += captured.out
            self.said += captured.err
            return text in self.said

        return check


def pod_of(step: str) -> str:
    return v2_pod_name("etl", f"etl.{step}", "work")


def step(name: str, at: str, phase: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {
        "id": f"etl-{name}",
        "name": f"etl.{name}",
        "displayName": name,
        "type": "Pod",
        "phase": phase,
        "templateName": "work",
        "boundaryID": "etl",
        "startedAt": f"2026-01-01T12:00:{at}Z",
        **more,
    }


def etl(cluster: Cluster, *steps: dict[str, Any], phase: str = "Succeeded") -> None:
    root = {"id": "etl", "name": "etl", "displayName": "etl", "type": "DAG", "phase": phase}
    nodes = {each["id"]: each for each in (root, *steps)}
    cluster.workflow("etl", phase, status={"phase": phase, "nodes": nodes})


def pod(cluster: Cluster, name: str, *lines: str) -> None:
    cluster.pod(pod_of(name), phase="Succeeded")
    cluster.print_log(pod_of(name), *lines)
    cluster.end_log(pod_of(name))


def archived(text: str) -> dict[str, Any]:
    return {"outputs": {"artifacts": [{"name": "main-logs", "raw": {"data": text}}]}}


def test_all_pods_are_printed_with_their_names_in_the_order_of_time(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01"), step("two", "02"))
    pod(cluster, "two", "second", "fourth")
    pod(cluster, "one", "first", "third")
    assert run("etl") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{pod_of('one')}: first",
        f"{pod_of('two')}: second",
        f"{pod_of('one')}: third",
        f"{pod_of('two')}: fourth",
    ]
    assert said.err == ""


def test_one_step_without_prefix_is_its_bare_log(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01"), step("two", "02"))
    pod(cluster, "one", "a\tb", "", "c")
    assert run("etl", "one", "--no-prefix") == 0
    assert capsys.readouterr().out == "a\tb\n\nc\n"


def test_tail_timestamps_and_grep(cluster: Cluster, run: Run, capsys: Captured) -> None:
    etl(cluster, step("one", "01"))
    pod(cluster, "one", "alpha", "beta", "gamma")
    run("etl", "one", "--no-prefix", "--tail", "2")
    assert capsys.readouterr().out == "beta\ngamma\n"
    run("etl", "one", "--no-prefix", "--grep", "^(al|be)")
    assert capsys.readouterr().out == "alpha\nbeta\n"
    run("etl", "one", "--no-prefix", "--timestamps")
    assert re.match(r"2026-01-01T12:00:00\S*Z alpha\n", capsys.readouterr().out)


def test_the_log_of_a_pod_that_is_gone_comes_from_the_archive(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", **archived("kept\nfor ever")), step("two", "02"))
    pod(cluster, "two", "still here")
    assert run("etl") == 0
    said = capsys.readouterr()
    assert set(said.out.splitlines()) == {
        f"{pod_of('one')}: kept",
        f"{pod_of('one')}: for ever",
        f"{pod_of('two')}: still here",
    }
    assert said.err == ""


def test_an_archived_log_shows_no_times_that_it_does_not_have(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    own = "2025-05-05T05:05:05Z written by the program itself"
    etl(cluster, step("one", "01", **archived(f"kept\n{own}\n")))
    run("etl", "--no-prefix", "--timestamps")
    assert capsys.readouterr().out == f"kept\n{own}\n"
    run("etl", "--no-prefix", "--tail", "1")
    assert capsys.readouterr().out == f"{own}\n"


def test_a_log_that_is_nowhere_is_said_and_costs_not_the_others(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01"), step("two", "02"))
    pod(cluster, "two", "still here")
    assert run("etl") == 0
    said = capsys.readouterr()
    assert said.out == f"{pod_of('two')}: still here\n"
    assert "was not archived" in said.err
    assert run("etl", "one") == 1


def test_escape_sequences_never_reach_the_terminal_and_colours_only_when_wanted(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01"))
    pod(cluster, "one", "\x1b[31mred\x1b[0m \x1b]52;c;aGFja2Vk\x07\x1b[2Jdone")
    run("etl", "--no-prefix")
    assert capsys.readouterr().out == "red done\n"
    run("etl", "--no-prefix", "--color", "always")
    said = capsys.readouterr().out
    assert "\x1b[31mred" in said
    assert "\x1b]52" not in said
    assert "\x1b[2J" not in said
    run("etl", "--color", "always")
    assert re.match(rf"\x1b\[3[2-7]m{pod_of('one')}:\x1b\[0m ", capsys.readouterr().out)


def test_a_workflow_that_is_not_there_is_missing(cluster: Cluster, run: Run) -> None:
    with pytest.raises(Missing, match="nope"):
        run("nope")


def test_a_step_that_is_not_there_says_how_steps_are_called(cluster: Cluster, run: Run) -> None:
    etl(cluster, step("one", "01"))
    with pytest.raises(Missing, match="no step nope") as caught:
        run("etl", "nope")
    assert "display name" in caught.value.hint


def test_the_latest_workflow_has_a_name_of_its_own(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01"))
    pod(cluster, "one", "hello")
    assert run("@latest", "--no-prefix") == 0
    assert capsys.readouterr().out == "hello\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--since", "soon"],
        ["--since", "99999999999999999d"],
        ["--since", "1h", "--since-time", "x"],
        ["--since-time", "x"],
        ["--grep", "("],
        [""],
    ],
)
def test_flags_that_say_nothing_are_refused(cluster: Cluster, run: Run, words: list[str]) -> None:
    with pytest.raises(UsageError):
        run("etl", *words)


@pytest.mark.parametrize("words", [["--since", "1000000d"], ["--tail", "-1"]])
def test_flags_that_leave_nothing_out_print_everything(
    cluster: Cluster, run: Run, capsys: Captured, words: list[str]
) -> None:
    etl(cluster, step("one", "01"))
    pod(cluster, "one", "hello", "bye")
    assert run("etl", "--no-prefix", *words) == 0
    assert capsys.readouterr().out == "hello\nbye\n"


def test_before_any_step_has_begun_there_is_nothing_to_print(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Pending"), phase="Running")
    assert run("etl") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "no step of it has begun" in said.err


def test_a_pod_that_runs_while_its_step_is_said_to_be_pending_has_its_log_printed(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Pending"), step("two", "02", "Pending"), phase="Running")
    pod(cluster, "one", "hello")
    assert run("etl", "--no-prefix") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("hello\n", "")


def test_following_a_pod_that_runs_while_its_step_is_said_to_be_pending(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Pending"), step("two", "02", "Pending"), phase="Running")
    ended = following(run)
    cluster.pod(pod_of("one"))
    cluster.print_log(pod_of("one"), "hello")
    printed = Printed(capsys)
    wait_until(printed.has("hello\n"))
    cluster.end_log(pod_of("one"))
    nodes = {"etl-one": step("one", "01"), "etl-two": {**step("two", "02"), "phase": "Omitted"}}
    cluster.patch(WORKFLOWS, "etl", {"status": {"phase": "Succeeded", "nodes": nodes}})
    assert ended.get(timeout=10) == 0
    assert printed.said == "", "that the other was not there is nothing to be told of"


def test_of_a_workflow_whose_only_step_is_a_hit_of_a_cache_it_says_that_it_never_ran(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    hit = {"hit": True, "cacheName": "answers"}
    etl(cluster, {**step("one", "01"), "startedAt": None, "memoizationStatus": hit})
    assert run("etl") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "one: it never ran: its outputs are from the cache answers" in said.err
    assert "has begun" not in said.err


def test_following_says_of_a_container_that_it_waits_to_start(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Running"), phase="Running")
    cluster.pod(pod_of("one"))

    def state(**now: Any) -> dict[str, Any]:
        return {"status": {"containerStatuses": [{"name": "main", "state": now}]}}

    cluster.patch(PODS, pod_of("one"), state(waiting={"reason": "CreateContainerError"}))
    ended = following(run)
    printed = Printed(capsys)
    wait_until(printed.has_said("is waiting to start: CreateContainerError; waiting for it"))
    cluster.print_log(pod_of("one"), "begun")
    cluster.end_log(pod_of("one"))
    cluster.patch(PODS, pod_of("one"), state(running={}))
    wait_until(printed.has("begun\n"))
    cluster.patch(WORKFLOWS, "etl", {"status": {"phase": "Succeeded"}})
    assert ended.get(timeout=5) == 0
    assert printed.said.count("waiting to start") == 1


def test_of_a_run_that_is_deleted_while_it_is_followed_it_says_so(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Running"), phase="Running")
    cluster.pod(pod_of("one"))
    cluster.print_log(pod_of("one"), "begun")
    ended = following(run)
    printed = Printed(capsys)
    wait_until(printed.has("begun\n"))
    cluster.delete(WORKFLOWS, "etl")
    cluster.end_log(pod_of("one"))
    assert ended.get(timeout=20) == 0
    assert printed.has_said("etl was deleted before it was over: its log may end early\n")()


def test_following_goes_from_pod_to_pod_until_the_workflow_is_over(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Running"), phase="Running")
    cluster.pod(pod_of("one"))
    cluster.print_log(pod_of("one"), "first")
    ended = following(run)
    printed = Printed(capsys)
    wait_until(printed.has("first\n"))
    cluster.print_log(pod_of("one"), "more")
    wait_until(printed.has("more\n"))
    cluster.end_log(pod_of("one"))
    cluster.pod(pod_of("two"))
    cluster.print_log(pod_of("two"), "of the second pod")
    nodes = {"etl-two": step("two", "02", "Running")}
    cluster.patch(WORKFLOWS, "etl", {"status": {"nodes": nodes}})
    wait_until(printed.has("of the second pod\n"))
    cluster.patch(WORKFLOWS, "etl", {"status": {"phase": "Succeeded"}})
    assert ended.empty(), "a log that is still open is read to its end"
    cluster.end_log(pod_of("two"))
    assert ended.get(timeout=5) == 0
    assert cluster.get(PODS, pod_of("one"))


def test_a_followed_log_that_breaks_goes_on_with_no_line_twice(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Running"), phase="Running")
    cluster.pod(pod_of("one"))
    cluster.print_log(pod_of("one"), "first", "second")
    ended = following(run)
    printed = Printed(capsys)
    wait_until(printed.has("second\n"))
    cluster.drop_connections("/log")
    cluster.print_log(pod_of("one"), "third")
    wait_until(printed.has("third\n"))
    cluster.patch(WORKFLOWS, "etl", {"status": {"phase": "Succeeded"}})
    cluster.end_log(pod_of("one"))
    ended.get(timeout=5)
    assert printed.text == "first\nsecond\nthird\n"


def test_of_an_offloaded_workflow_the_logs_are_found_by_its_pods(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    status = {"phase": "Succeeded", "offloadNodeStatusVersion": "fnv:605184127"}
    cluster.workflow("etl", "Succeeded", status=status)
    assert run("etl") == 1
    assert "in Argo's database" in capsys.readouterr().err
    labels = {"workflows.argoproj.io/workflow": "etl"}
    cluster.pod(pod_of("one"), phase="Succeeded", labels=labels)
    cluster.print_log(pod_of("one"), "hello")
    cluster.end_log(pod_of("one"))
    assert run("etl") == 0
    assert capsys.readouterr().out == f"{pod_of('one')}: hello\n"
    assert run("etl", pod_of("one"), "--no-prefix") == 0
    assert capsys.readouterr().out == "hello\n"
    assert run("etl", "nope") == 1


def test_an_http_step_has_the_log_of_the_agents_pod(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", type="HTTP"), step("two", "02", type="Plugin"))
    agent = agent_pod_name("etl")
    cluster.pod(agent, phase="Succeeded")
    cluster.print_log(agent, "asked")
    cluster.end_log(agent)
    assert run("etl") == run("etl", "one") == 0
    assert capsys.readouterr().out == f"{agent}: asked\n" * 2, "and once for both"


def test_the_logs_of_steps_that_failed_only(cluster: Cluster, run: Run, capsys: Captured) -> None:
    etl(cluster, step("one", "01"), step("two", "02", "Failed"))
    pod(cluster, "one", "fine")
    pod(cluster, "two", "broken")
    assert run("etl", "--failed", "--no-prefix") == 0
    assert capsys.readouterr().out == "broken\n"
    assert run("etl", "one", "--failed") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "one has not failed\n")


@pytest.mark.parametrize("expression", ["[[:digit:]]+ms", r"\d+ms"])
def test_expressions_are_those_that_argo_takes(
    cluster: Cluster, run: Run, capsys: Captured, expression: str
) -> None:
    etl(cluster, step("one", "01"))
    pod(cluster, "one", "took 12ms", "took long")
    assert run("etl", "--grep", expression, "--no-prefix") == 0
    assert capsys.readouterr().out == "took 12ms\n"


def test_what_an_expression_cannot_have_is_refused_by_name(cluster: Cluster, run: Run) -> None:
    with pytest.raises(UsageError, match=r"there is no class \[:digits:\]"):
        run("etl", "--grep", "[[:digits:]]")


def test_of_steps_that_run_in_no_pod_it_is_said_that_there_is_no_log(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    etl(cluster, step("one", "01", "Running", type="Suspend"))
    assert run("etl") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "no step of it runs in a pod, so there is no log\n")


def test_a_step_from_a_cache_says_that_it_never_ran(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    hit = {"hit": True, "cacheName": "results", "key": "k"}
    etl(cluster, step("one", "01", memoizationStatus=hit))
    assert run("etl", "one") == 0
    assert "from the cache results" in capsys.readouterr().err


def test_archived_logs_are_merged_where_their_steps_began_and_keep_the_times_in_them(
    cluster: Cluster, run: Run, capsys: Captured
) -> None:
    own = "2031-05-05T05:05:05Z written by the program itself"
    etl(cluster, step("one", "02", **archived(f"{own}\nx\n")), step("two", "01", **archived("y\n")))
    assert run("etl", "--no-prefix") == 0
    assert capsys.readouterr().out == f"y\n{own}\nx\n"


@pytest.mark.parametrize("is_person", [True, False])
def test_a_person_sees_a_rule_between_the_attempts_of_a_step(
    cluster: Cluster,
    run: Run,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    is_person: bool,
) -> None:
    retry = step("work", "01", type="Retry", children=["etl-work(0)", "etl-work(1)"])
    first, second = step("work(0)", "02", phase="Failed"), step("work(1)", "03")
    etl(cluster, retry, first, second)
    pod(cluster, "work(0)", "one")
    pod(cluster, "work(1)", "", "", "two")
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_person)
    assert run("etl", "--no-prefix", "--no-color") == 0
    said = capsys.readouterr()
    rule = ["── work(1): attempt 2 ──"] if is_person else []
    assert sorted(said.out.split("\n")) == sorted(["", "one", *rule, "", "", "two"])
    assert said.err == "", "a program that reads is told nothing of it"
