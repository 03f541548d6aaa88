"""`argo-tui diff` and `argo-tui stats`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import Said, run

Ask = Callable[..., Said]
CRON = {"workflows.argoproj.io/cron-workflow": "nightly"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Six runs of `nightly`, of which one failed; and two that only their names put together."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        for number, minutes in enumerate((10, 1, 12, 11, 10, 30)):
            phase = "Failed" if number == 1 else "Succeeded"
            keep(running, f"nightly-{number}", phase, number, minutes, labels=CRON)
        keep(running, "adhoc-abcde", "Succeeded", 1, 2)
        keep(running, "adhoc-fghij", "Failed", 2, 4)
        keep(running, "alone", "Succeeded", 3, 4)
        yield running


def keep(cluster: Cluster, name: str, phase: str, hour: int, minutes: int, **metadata: Any) -> None:
    begun, ended = f"2026-01-01T{hour:02}:00:00Z", f"2026-01-01T{hour:02}:{minutes:02}:00Z"
    node = {
        **{"id": f"{name}-1", "name": f"{name}.load", "type": "Pod", "phase": phase},
        **{"startedAt": begun, "finishedAt": ended},
    }
    status = {
        **{"phase": phase, "startedAt": begun, "finishedAt": ended},
        "nodes": {node["id"]: node},
    }
    parameters = [{"name": "date", "value": f"day {hour}"}]
    cluster.workflow(
        name,
        phase,
        metadata={"creationTimestamp": begun, **metadata},
        status=status,
        spec={"entrypoint": "main", "arguments": {"parameters": parameters}},
    )


@pytest.fixture
def ask(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    for name in ("ARGO_INSTANCEID", "ARGO_NAMESPACE", "ARGO_SERVER"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: run([*words, "--kubeconfig", str(cluster.kubeconfig)])


def test_two_runs_are_told_beside_each_other(ask: Ask) -> None:
    said = ask("diff", "nightly-0", "nightly-1")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "- nightly-0  Succeeded 10m"
    assert lines[1] == "+ nightly-1  Failed 1m  -9m (-90 %)"
    assert "  load  Succeeded → Failed" in lines
    assert lines[lines.index("parameters") :][:4] == [
        "parameters",
        "  date",
        "  - day 0",
        "  + day 1",
    ]


def test_one_run_is_told_beside_the_last_that_succeeded_before_it(ask: Ask) -> None:
    said = ask("diff", "nightly-2")
    assert said.out.splitlines()[0] == "- nightly-0  Succeeded 10m", "number 1 failed"
    assert ask("diff", "adhoc-fghij").out.startswith("- adhoc-abcde ")


@pytest.mark.parametrize("name", ["nightly-0", "alone"])
def test_where_none_succeeded_before_that_is_said(ask: Ask, name: str) -> None:
    said = ask("diff", name)
    assert said.code == 4 and f"succeeded before {name}" in said.err and said.out == ""


def test_an_exit_code_tells_whether_more_than_times_differs(ask: Ask) -> None:
    assert ask("diff", "nightly-0", "nightly-1", "--exit-code").code == 1
    assert ask("diff", "nightly-0", "nightly-0", "--exit-code").code == 0
    for more in ((), ("--exit-code",)):
        said = ask("diff", "nightly-0", "gone", *more)
        assert said.code == 4 and "there is no workflow gone" in said.err, "that is no difference"


def test_as_json_every_step_is_there_with_its_seconds(ask: Ask) -> None:
    found = json.loads(ask("diff", "nightly-0", "nightly-2", "-o", "json").out)
    assert found["before"]["seconds"] == 600 and found["after"]["seconds"] == 720
    (step,) = found["steps"]
    assert step == {
        "path": ".load",
        "before": {"phase": "Succeeded", "seconds": 600},
        "after": {"phase": "Succeeded", "seconds": 720},
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["diff"], "one workflow is compared with another one"),
        (["diff", "a", "b", "c"], "one workflow is compared with another one"),
        (["diff", "-f", "tests/saved/nightly.yaml"], "two workflows are compared"),
    ],
)
def test_anything_but_two_runs_is_wrong_use(words: list[str], why: str) -> None:
    said = run(words)
    assert said.code == 2 and why in said.err


def test_saved_runs_are_compared_as_well(tmp_path: Path, ask: Ask) -> None:
    files = []
    for name in ("nightly-0", "nightly-1"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(ask("get", name, "-o", "yaml").out)
        files.append(str(path))
    saved = run(["diff", "-f", *files])
    assert saved.out == ask("diff", "nightly-0", "nightly-1").out and saved.code == 0


def test_the_runs_of_a_cron_workflow_are_counted_and_timed(ask: Ask) -> None:
    said = ask("stats", "nightly")
    assert said.out.splitlines() == [
        "nightly: 6 runs since 2026-01-01T00:00:00Z",
        "succeeded  5 (83 %)",
        "failed     1",
        "under way  0",
        "median     11m of those that succeeded (10m to 30m)",
        "95 %       within 26m24s",
        "last 6     ✔✖✔✔✔✔",
        "           ▃▁▄▃▃█  up to 30m",
    ]
    found = json.loads(ask("stats", "nightly", "-o", "json").out)[0]
    assert found["successRate"] == pytest.approx(5 / 6)
    assert found["seconds"] == {"median": 660, "p95": 1584, "low": 600, "high": 1800}
    assert [each["name"] for each in found["last"]] == [f"nightly-{n}" for n in range(6)]


def test_what_makes_runs_may_be_named_with_its_kind(ask: Ask) -> None:
    plain = ask("stats", "nightly").out
    for kind in ("cron", "cwf", "CronWorkflow"):
        said = ask("stats", f"{kind}/nightly")
        assert said.code == 0 and said.out == plain.replace("nightly:", f"{kind}/nightly:", 1)
    said = ask("stats", "wftmpl/nightly")
    assert said.code == 1 and "no runs of wftmpl/nightly are known in argo" in said.err
    said = ask("stats", "wftmpl/adhoc")
    assert said.code == 1, "who names a kind means no prefix"
    said = ask("stats", "wf/nightly")
    assert said.code == 2 and "wf is no kind of what makes runs" in said.err
    assert "there are cron, wftmpl, cwftmpl" in said.err
    assert ask("stats", "cron/").code == 2 and ask("stats", "cron/a/b").code == 2


def test_saved_runs_are_counted_as_well(tmp_path: Path, ask: Ask) -> None:
    files = []
    for name in ("nightly-0", "nightly-1", "adhoc-abcde", "alone"):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(ask("get", name, "-o", "yaml").out)
    for name, count in (("nightly", 2), ("adhoc", 1)):
        said = run(["stats", name, "-f", *map(str, files)])
        assert said.code == 0 and said.out.startswith(f"{name}: {count} run"), said.err


def test_what_nearly_all_end_within_is_never_less_than_they_took(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    times = {"startedAt": "2026-01-01T00:00:00Z"}
    saved = [
        {
            "metadata": {"name": f"short-{at:05}", "namespace": "argo", "uid": f"u{at}"},
            "status": {"phase": "Succeeded", **times, "finishedAt": f"2026-01-01T00:00:0{end}Z"},
        }
        for at, end in enumerate((2, 3))
    ]
    path.write_text(json.dumps({"items": saved, "kind": "List", "apiVersion": "v1"}))
    assert "95 %       within 3s" in run(["stats", "short", "-f", str(path)]).out


def test_runs_that_only_their_names_put_together_are_found_by_what_these_begin_with(
    ask: Ask,
) -> None:
    assert ask("stats", "adhoc").out.startswith("adhoc: 2 runs since ")
    said = ask("stats", "nothing-of-this-name")
    assert said.code == 1 and "no runs of nothing-of-this-name are known in argo" in said.err
