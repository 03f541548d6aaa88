"""`argo-tui get` against Argo's own output, and where there is none to compare with."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.golden import ABSENT, DATA, cases
from tests.support.headless import run

NOW = "2026-01-15T12:00:00Z"
GOLDEN = [*cases("get"), *cases("get-colour")]


@pytest.fixture(autouse=True)
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_TUI_NOW", NOW)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("POD_NAMES", raising=False)


def arguments(args: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key, flag in (
        ("output", "-o"),
        ("status", "--status"),
        ("node_field_selector", "--node-field-selector"),
    ):
        if args.get(key):
            found += [flag, args[key]]
    found += [f"--{key.replace('_', '-')}" for key in ("no_color", "no_utf8") if args.get(key)]
    return found


@pytest.mark.skipif(not GOLDEN, reason=ABSENT)
@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_get_prints_what_argo_prints(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_TUI_NOW", case["args"]["now"])
    monkeypatch.setenv("TZ", case["args"]["tz"])
    said = run(["get", "-f", str(DATA / case["input_file"]), *arguments(case["args"])])
    assert said.out == case["expected"]
    assert said.code == 0


def workflow(**status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "w", "namespace": "n", "creationTimestamp": "2026-01-15T11:00:00Z"},
        "spec": {"entrypoint": "main"},
        "status": {"phase": "Succeeded", **status},
    }


def saved(folder: Path, manifest: Any) -> str:
    path = folder / "w.json"
    path.write_text(json.dumps(manifest))
    return str(path)


def test_times_are_told_in_the_zone_that_tz_names_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, workflow())
    told = []
    for zone in ("Asia/Kolkata", "America/New_York", "UTC"):
        monkeypatch.setenv("TZ", zone)
        told.append(run(["get", "-f", path]).out.split("Created:")[1].split("(")[0].strip())
    assert told == [
        "Thu Jan 15 16:30:00 +0530",
        "Thu Jan 15 06:00:00 -0500",
        "Thu Jan 15 11:00:00 +0000",
    ]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("", "11:00:00 +0000"),
        ("Nowhere/City", "11:00:00 +0000"),
        ("Europe", "11:00:00 +0000"),
        ("../../etc/passwd", "11:00:00 +0000"),
        ("TEST-5:30", "16:30:00 +0530"),
        (":Asia/Kolkata", "16:30:00 +0530"),
    ],
)
def test_a_zone_that_is_no_place_is_a_rule_or_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, told: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    assert f"Thu Jan 15 {told}" in run(["get", "-f", saved(tmp_path, workflow())]).out


def test_compressed_nodes_are_unpacked(tmp_path: Path) -> None:
    node = {"id": "w", "name": "w", "displayName": "w", "type": "Pod", "phase": "Succeeded"}
    packed = base64.b64encode(gzip.compress(json.dumps({"w": node}).encode())).decode()
    said = run(["get", "--no-color", "-f", saved(tmp_path, workflow(compressedNodes=packed))])
    assert " ✔ w" in said.out
    assert "compressedNodes" not in run(["get", "-o", "json", "-f", str(tmp_path)]).out


def test_offloaded_nodes_are_named_as_such(tmp_path: Path) -> None:
    path = saved(tmp_path, workflow(offloadNodeStatusVersion="fnv:123"))
    said = run(["get", "-f", path])
    assert "Name:                w" in said.out
    assert "offload node status is not supported" in said.err


def test_an_empty_type_gets_argos_message(tmp_path: Path) -> None:
    said = run(["get", "-f", saved(tmp_path, workflow(nodes={"w": {"id": "w", "name": "w"}}))])
    assert (said.code != 0, said.out) == (True, "")
    assert "Missing node type in status node." in said.err


def test_an_empty_type_is_no_matter_where_no_tree_is_printed(tmp_path: Path) -> None:
    said = run(["get", "-f", saved(tmp_path, workflow(nodes={"x": {"id": "x", "name": "x"}}))])
    assert said.code == 0 and said.out.startswith("Name:                w\n")


def test_outputs_are_printed_by_value_then_by_default(tmp_path: Path) -> None:
    entries = [
        {"name": "empty", "value": "", "default": "d"},
        {"name": "default", "default": "d"},
        {"name": "from", "valueFrom": {}},
        {"name": "nothing"},
        {"name": "lines", "value": "one\ntwo"},
        {"name": "number", "value": 1.5},
        {"name": "truth", "value": True},
    ]
    path = saved(tmp_path, workflow(outputs={"parameters": entries}))
    out = run(["get", "-f", path]).out
    assert out.split("Output Parameters:")[1].splitlines()[1:] == [
        "  empty:             ",
        "  default:           d",
        "  from:              ",
        "  lines:             one",
        "two",
        "  number:            1.5",
        "  truth:             true",
    ]


def test_an_unknown_type_and_phase_do_not_hide_a_node(tmp_path: Path) -> None:
    node = {"id": "w", "displayName": "w", "type": "Hologram", "phase": "Flickering"}
    said = run(["get", "--no-color", "-f", saved(tmp_path, workflow(nodes={"w": node}))])
    assert said.out.splitlines()[-1].strip() == "w"


def test_what_is_odd_is_noted_beside_the_output_and_changes_none_of_it(tmp_path: Path) -> None:
    root = {"id": "w", "displayName": "w", "type": "Steps", "phase": "Running"}
    sound = saved(tmp_path, workflow(nodes={"w": root}))
    assert run(["get", "--no-color", "-f", sound]).err == ""
    odd = saved(tmp_path, workflow(nodes={"w": {**root, "children": ["w-2652912851"]}}))
    said = run(["get", "--no-color", "-f", odd])
    assert said.code == 0 and said.out.splitlines()[-1].strip().endswith(" w")
    assert said.err.splitlines() == ["argo-tui: note: w has a child w-2652912851 that is not there"]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "child": ({"children": ["a\n\x1b[31mb"]}, "that is not there"),
    "circle": ({"children": ["w"]}, "form a circle"),
    "phase": ({"phase": "Flickering"}, "unknown phase Flickering"),
    "type": ({"type": "Hologram"}, "unknown type Hologram"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("output", ["", "wide", "short", "json", "yaml", "name"])
def test_a_file_that_no_controller_wrote_is_printed_and_exits_2(
    fault: str, output: str, tmp_path: Path
) -> None:
    root = {"id": "w", "displayName": "w", "type": "Steps", "phase": "Running"}
    wrong, words = FAULTS[fault]
    path = saved(tmp_path, workflow(nodes={"w": {**root, **wrong}}))
    said = run(["get", "--no-color", *(["-o", output] if output else []), "-f", path])
    assert said.code == 2 and said.out
    message, hint = said.err.splitlines()
    assert message.startswith("argo-tui: w ") and words in message
    assert hint.startswith("hint: ")
    assert "\x1b" not in said.err + said.out


def test_a_manifest_that_has_not_run_is_printed_and_exits_2(tmp_path: Path) -> None:
    manifest = workflow()
    del manifest["status"]
    said = run(["get", "--no-color", "-f", saved(tmp_path, manifest)])
    assert said.code == 2 and "Name:                w" in said.out
    assert "w has no status" in said.err


def test_one_wrong_file_among_good_ones_hides_none_and_exits_2(tmp_path: Path) -> None:
    wrong = {**workflow(), "metadata": {"name": "wrong"}, "status": None}
    good = {**workflow(), "metadata": {"name": "good"}}
    path = saved(tmp_path, {"kind": "List", "items": [wrong, good]})
    said = run(["get", "-o", "name", "-f", path])
    assert (said.code, said.out) == (2, "wrong\ngood\n")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"status": {"phase": "Failed", "nodes": []}}, "status.nodes is a list where a map"),
        ({"spec": "echo hello"}, "spec is text where a map belongs"),
        ({"status": {"phase": "Failed", "finishedAt": "2026-99-99"}}, "impossible time 2026-99-99"),
    ],
)
def test_a_file_of_the_wrong_shape_is_shown_with_a_sentence_and_is_no_good(
    part: dict[str, Any], said: str, tmp_path: Path
) -> None:
    shown = run(["get", "--no-color", "-f", saved(tmp_path, {**workflow(), **part})])
    assert shown.code == 2
    assert said in shown.err and "no controller writes this" in shown.err
    assert "Name:                w" in shown.out


def test_both_filters_are_argos_error(tmp_path: Path) -> None:
    path = saved(tmp_path, workflow())
    said = run(["get", "-f", path, "--status", "Failed", "--node-field-selector", "phase=Failed"])
    assert "cannot use both --status and --node-field-selector" in said.err
    assert (said.code, said.out) == (2, "")


def test_escape_sequences_of_the_cluster_do_not_reach_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]52;c;aGk=\x07\x9b2J\u202eend"
    node = {"id": "w", "displayName": evil, "type": "Pod", "phase": "Failed", "message": evil}
    manifest = workflow(message=evil, nodes={"w": node})
    manifest["metadata"]["labels"] = {"evil": evil}
    path = saved(tmp_path, manifest)
    for flags in ([], ["-o", "wide"], ["-o", "short"], ["-o", "json"], ["-o", "yaml"]):
        out = run(["get", "--no-color", "-f", path, *flags]).out
        assert not [c for c in out if c not in "\n\t" and not c.isprintable()], flags


@pytest.mark.parametrize("command", ["get", "list"])
def test_a_name_is_one_line_of_its_own(command: str, tmp_path: Path) -> None:
    manifest = workflow()
    manifest["metadata"]["name"] = "one\nother\x1b]52;c;aGk=\x07\x9b2J\u202eend"
    out = run([command, "-o", "name", "-f", saved(tmp_path, manifest)]).out
    assert out.startswith("one other") and out.endswith("end\n")
    assert out[:-1].isprintable()


def test_json_and_yaml_keep_every_field(tmp_path: Path) -> None:
    manifest = workflow(nodes={"w": {"id": "w", "type": "Pod", "novel": {"a": [1, 2.5, None]}}})
    manifest["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    manifest["spec"]["brandNew"] = {"yes": "no", "n": "012", "text": "a\nb\n"}
    path = saved(tmp_path, manifest)
    assert json.loads(run(["get", "-f", path, "-o", "json"]).out) == manifest
    assert yaml.safe_load(run(["get", "-f", path, "-o", "yaml"]).out) == manifest


def test_several_files_are_printed_one_after_the_other(tmp_path: Path) -> None:
    for name in ("a", "b"):
        manifest = workflow()
        manifest["metadata"]["name"] = name
        (tmp_path / f"{name}.json").write_text(json.dumps(manifest))
    files = [str(tmp_path / "b.json"), str(tmp_path / "a.json")]
    assert run(["get", "-o", "name", "-f", *files]).out == "b\na\n"
    assert len(list(yaml.safe_load_all(run(["get", "-o", "yaml", "-f", *files]).out))) == 2


def test_a_deep_chain_is_printed(tmp_path: Path) -> None:
    nodes: dict[str, Any] = {"w": {"id": "w", "displayName": "w", "type": "DAG"}}
    parent = "w"
    for depth in range(1500):
        key = f"w-{depth}"
        nodes[key] = {"id": key, "displayName": key, "type": "DAG", "boundaryID": parent}
        parent = key
    said = run(["get", "--no-color", "-f", saved(tmp_path, workflow(nodes=nodes))])
    assert said.code == 0
    assert said.out.count("\n") > 1500
