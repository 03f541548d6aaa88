"""`argo-tui list` against Argo's own output, its flags, and its filters."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.golden import ABSENT, DATA, case, cases
from tests.support.headless import run
from tui.domain.report_list import ListFilter, label_selector

NOW = "2026-01-15T12:00:00Z"
GOLDEN = [each for each in cases("list") if each["input_files"]]
FILTERS = case("printer", "printer/list-filters-upstream-tests")


@pytest.fixture(autouse=True)
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_TUI_NOW", NOW)
    monkeypatch.setenv("TZ", "UTC")


@pytest.mark.skipif(not GOLDEN, reason=ABSENT)
@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_list_prints_what_argo_prints(case: dict[str, Any]) -> None:
    args = case["args"]
    flags = ["-A"] if args.get("all_namespaces") else []
    flags += ["--no-headers"] if args.get("no_headers") else []
    flags += ["-o", args["output"]] if args.get("output") else []
    files = [str(DATA / name) for name in case["input_files"]]
    said = run(["list", *flags, "-f", *files])
    assert (said.code, said.out) == (0, case["expected"])


@pytest.mark.skipif(FILTERS is None, reason=ABSENT)
def test_flags_become_argos_label_selectors() -> None:
    assert FILTERS is not None
    for each in FILTERS["cases"]:
        if "expected_label_selector" not in each:
            continue
        args = dict(each["args"])
        args["status"] = tuple(args.get("status", ()))
        assert str(label_selector(ListFilter(**args))) == each["expected_label_selector"]


def moment(text: str) -> str:
    """`now-2h` as a time, `now` being the clock of the test."""
    hours = int(text.removeprefix("now").removesuffix("h") or 0)
    return (datetime.fromisoformat(NOW) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.skipif(FILTERS is None, reason=ABSENT)
def test_names_and_times_choose_and_order_as_argo_does(tmp_path: Path) -> None:
    assert FILTERS is not None
    items = [
        {
            "metadata": {
                "name": each["name"],
                "creationTimestamp": moment(each.get("created", "now")),
                "labels": each.get("labels", {}),
            },
            "status": {"finishedAt": moment(each["finished"]) if "finished" in each else None},
        }
        for each in FILTERS["input"]
    ]
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"kind": "WorkflowList", "items": items}))
    told = 0
    for each in FILTERS["cases"]:
        flags = [f"--{name}={value}" for name, value in each["args"].items()]
        if "expected_count" in each:
            out = run(["list", "-f", str(path), "-o", "name", *flags]).out
            assert len(out.split()) == each["expected_count"], flags
            told += 1
        elif "expected_order" in each:
            out = run(["list", "-f", str(path), "-o", "name", *flags]).out
            assert out.split() == each["expected_order"]
            told += 1
    assert told == 4


TABLES = case("printer", "printer/list-upstream-tests")


@pytest.mark.skipif(TABLES is None, reason=ABSENT)
def test_tables_are_those_of_argos_own_tests(tmp_path: Path) -> None:
    assert TABLES is not None
    text = json.dumps(TABLES["input"]).replace("NOW+3s", "2026-01-15T12:00:03Z")
    path = tmp_path / "list.json"
    path.write_text(text.replace("NOW", NOW))
    none = tmp_path / "none.json"
    none.write_text('{"kind": "WorkflowList", "items": []}')
    for each in TABLES["cases"]:
        args = each["args"]
        if "note" in args:
            continue
        flags = ["-o", args["output"]] if "output" in args else []
        flags += ["--no-headers"] if args.get("no_headers") else []
        flags += ["-A"] if args.get("all_namespaces") else []
        file = none if "workflows" in args else path
        assert run(["list", "-f", str(file), *flags]).out == each["expected"], args


def workflow(name: str, **rest: Any) -> dict[str, Any]:
    return {
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "namespace": rest.get("namespace", "argo"),
            "creationTimestamp": rest.get("created", "2026-01-15T11:00:00Z"),
            "labels": rest.get("labels", {}),
        },
        "spec": {},
        "status": {"phase": "Succeeded", "finishedAt": rest.get("finished")},
    }


@pytest.fixture
def file(tmp_path: Path) -> str:
    phase = "workflows.argoproj.io/phase"
    done = "workflows.argoproj.io/completed"
    items = [
        workflow("etl-1", created="2026-01-15T09:00:00Z", finished="2026-01-15T10:00:00Z",
                 labels={phase: "Failed", done: "true"}),
        workflow("etl-2", labels={phase: "Running"}),
        workflow("web", namespace="other", labels={phase: "Error", done: "true",
                 "workflows.argoproj.io/resubmitted-from-workflow": "x"}),
    ]  # fmt: skip
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"kind": "WorkflowList", "items": items}))
    return str(path)


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        ([], ["web", "etl-2", "etl-1"]),
        (["--prefix", "etl"], ["etl-2", "etl-1"]),
        (["--status", "Failed,Error"], ["web", "etl-1"]),
        (["--running"], ["etl-2"]),
        (["--completed"], ["web", "etl-1"]),
        (["--resubmitted"], ["web"]),
        (["-n", "argo"], ["etl-2", "etl-1"]),
        (["--since", "2h"], ["web", "etl-2"]),
        (["--older", "1h"], ["etl-1"]),
        (["--field-selector", "metadata.name=web"], ["web"]),
        (["-l", "workflows.argoproj.io/phase notin (Error)"], ["etl-2", "etl-1"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_flags_choose(file: str, flags: list[str], names: list[str]) -> None:
    assert run(["list", "-f", file, "-o", "name", *flags]).out.split() == names


def test_a_long_value_is_cut_between_bytes(tmp_path: Path) -> None:
    found = workflow("w")
    value = "a" * 31 + "é" * 20
    found["spec"] = {"arguments": {"parameters": [{"name": "p", "value": value}]}}
    path = tmp_path / "w.json"
    path.write_text(json.dumps(found))
    out = run(["list", "-f", str(path), "-o", "wide"]).out
    assert "p=" + "a" * 31 + "\ufffd...\ufffd" + "é" * 7 + "\n" in out


def test_nothing_found_is_said_as_argo_says_it(file: str) -> None:
    assert run(["list", "-f", file, "--prefix", "zzz"]).out == "No workflows found\n"
    assert run(["list", "-f", file, "--prefix", "zzz", "-o", "json"]).out == "[]\n"
    assert run(["list", "-f", file, "--prefix", "zzz", "-o", "yaml"]).out == "[]\n"


def test_a_phase_that_does_not_exist_is_refused_with_the_nearest(file: str) -> None:
    for phase in ("failed", "Faild", "FAILED"):
        said = run(["list", "-f", file, "--status", f"Error,{phase}"])
        assert (said.code, said.out) == (2, "")
        assert f"there is no phase {phase}; Failed?\n" in said.err
        assert "there are Error, Failed, Pending" in said.err
    assert run(["list", "-f", file, "--status", "Failed,Error"]).err == ""
    said = run(["get", "-f", file, "--status", "xyz"])
    assert (said.code, said.out) == (2, "") and "there is no phase xyz\n" in said.err
    assert run(["get", "-f", file, "--status", "Omitted"]).err == ""


def test_contradicting_flags_are_argos_error(file: str) -> None:
    said = run(["list", "-f", file, "--running", "--completed"])
    assert (said.code, said.out) == (2, "")
    assert "--completed and --running cannot be used together" in said.err


@pytest.mark.parametrize(
    "span", ["1h30m", "5", "x", "-1h", "1w", "99999999999999999d", "9" * 5000 + "d"]
)
def test_a_span_has_one_unit(file: str, span: str) -> None:
    assert run(["list", "-f", file, f"--since={span}"]).code == 2


def test_a_span_may_go_back_before_all_time(file: str) -> None:
    """A million days ago there was no calendar: everything is younger, nothing is older."""
    everything = run(["list", "-f", file, "-o", "name"]).out
    assert run(["list", "-f", file, "-o", "name", "--since", "1000000d"]).out == everything
    assert run(["list", "-f", file, "--older", "1000000d"]).out == "No workflows found\n"


def test_many_workflows_get_argos_nudge(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"items": [workflow(f"w-{at}") for at in range(101)]}))
    out = run(["list", "-f", str(path)]).out
    assert "\n\nYou have at least 101 completed workflows. Reducing" in out


@pytest.mark.parametrize("output", ["", "wide", "name", "brief", "json", "yaml"])
def test_saved_ones_that_no_controller_wrote_are_listed_and_named_and_exit_2(
    output: str, tmp_path: Path
) -> None:
    odd = {"w": {"id": "w", "displayName": "w", "type": "Hologram", "phase": "Running"}}
    items = [
        workflow("good"),
        {**workflow("fresh"), "status": None},
        {**workflow("odd"), "status": {"phase": "Running", "nodes": odd}},
    ]
    path = tmp_path / "saved.json"
    path.write_text(json.dumps({"kind": "List", "items": items}))
    said = run(["list", *(["-o", output] if output else []), "-f", str(path)])
    assert said.code == 2
    assert all(name in said.out for name in ("good", "fresh", "odd"))
    *faults, hint = said.err.splitlines()
    assert sorted(faults) == [
        "argo-tui: fresh has no status: no controller has seen it yet",
        "argo-tui: odd: w has the unknown type Hologram",
    ]
    assert hint.startswith("hint: ")
    assert run(["list", "--prefix", "good", "-f", str(path)]).code == 0, "of those that are listed"


def test_of_many_that_are_no_good_the_first_are_named(tmp_path: Path) -> None:
    items = [{**workflow(f"w-{number}"), "status": None} for number in range(30)]
    path = tmp_path / "saved.json"
    path.write_text(json.dumps({"kind": "List", "items": items}))
    said = run(["list", "-f", str(path)])
    assert said.code == 2 and len(said.err.splitlines()) == 12
    assert "and 20 more faults" in said.err


# --- -o brief ------------------------------------------------------------------------------------


def test_brief_prints_of_files_the_rows_that_a_server_would_make_of_them(file: str) -> None:
    said = run(["list", "-f", file, "-o", "brief", "-n", "argo"])
    assert said.code == 0
    assert said.out == (
        "NAME    STATUS      AGE   MESSAGE\n"
        "etl-1   Succeeded         \n"
        "etl-2   Succeeded         \n"
    )
    everywhere = run(["list", "-f", file, "-o", "brief", "-A", "--no-headers"]).out
    assert [line.split()[:2] for line in everywhere.splitlines()] == [
        ["argo", "etl-1"],
        ["argo", "etl-2"],
        ["other", "web"],
    ]


def test_brief_has_ages_from_the_beginning_and_the_first_line_of_messages(tmp_path: Path) -> None:
    found = workflow("w")
    found["status"] |= {"startedAt": "2026-01-15T08:48:00Z", "message": "one\x1b[2J\ntwo"}
    path = tmp_path / "w.json"
    path.write_text(json.dumps(found))
    out = run(["list", "-f", str(path), "-o", "brief", "--no-headers"]).out
    assert out.split() == ["w", "Succeeded", "3h12m", "one\ufffd[2J..."]
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (["--prefix", "etl"], ["etl-1", "etl-2"]),
        (["--status", "Failed,Error"], ["etl-1", "web"]),
        (["--running"], ["etl-2"]),
        (["--completed"], ["etl-1", "web"]),
        (["--resubmitted"], ["web"]),
        (["-n", "argo"], ["etl-1", "etl-2"]),
        (["--field-selector", "metadata.name=web"], ["web"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_flags_choose_in_brief_too(file: str, flags: list[str], names: list[str]) -> None:
    out = run(["list", "-f", file, "-o", "brief", "--no-headers", *flags]).out
    assert [line.split()[0] for line in out.splitlines()] == names


@pytest.mark.parametrize("flags", [["--since", "2h"], ["--older", "1h"]], ids=str)
def test_what_a_table_does_not_tell_is_refused_with_the_output_that_does(
    file: str, flags: list[str]
) -> None:
    said = run(["list", "-f", file, "-o", "brief", *flags])
    assert (said.code, said.out) == (2, "")
    assert flags[0] in said.err and "-o name" in said.err


def test_nothing_found_is_said_in_brief_as_elsewhere(file: str) -> None:
    out = run(["list", "-f", file, "-o", "brief", "--prefix", "zzz"]).out
    assert out == "No workflows found\n"
