"""`argo-tui plan`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.headless import run
from tests.support.scripted import manifest
from tui.cli import main


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ARGO_TUI_NOW", "2026-01-15T12:00:00Z")
    monkeypatch.setenv("ARGO_TUI_SUFFIX", "abcde")

    def save(found: dict[str, Any]) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps(found))
        return str(path)

    return save


def failed() -> dict[str, Any]:
    node = {"id": "w", "name": "w", "type": "Pod", "phase": "Failed", "templateName": "t"}
    return manifest("w", phase="Failed", nodes={"w": node})


def test_a_retry_is_printed_as_json(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "retry", "-f", saved(failed()), "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["deleted"] == ["w"] and told["pods_to_delete"] == ["w"]
    assert told["workflow"]["startedAt"] == "2026-01-15T12:00:00Z"
    assert [call["method"] for call in told["writes"]] == ["PUT", "DELETE", "PUT"]


def test_what_argo_refuses_is_an_error_of_json_and_exit_code_one(
    saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(manifest("w"))
    assert main(["plan", "retry", "-o", "json", "-f", path]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == {"error": "Cannot retry a workflow in phase Running"}
    assert main(["plan", "retry", "-f", path]) == 1
    assert "Cannot retry a workflow in phase Running" in capsys.readouterr().err


def test_a_plan_is_readable_and_hostile_text_is_not_printed(
    saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = failed()
    found["status"]["nodes"]["w"]["displayName"] = "bad\x1b[2J"
    assert main(["plan", "retry", "-f", saved(found)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Retry w\n")
    assert "argo retry -n argo w" in out and "\x1b" not in out


def test_a_resubmission_is_printed_as_the_object(
    saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(failed())
    words = ["plan", "resubmit", "--memoized", "-p", "a=b", "-f", path, "-o"]
    assert main([*words, "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["metadata"]["name"] == "w-abcde"
    assert made["spec"]["arguments"]["parameters"] == [{"name": "a", "value": "b"}]
    assert main([*words, "yaml"]) == 0
    assert "name: w-abcde" in capsys.readouterr().out


def test_submit_reads_files_and_parameter_files(
    saved: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parameters = tmp_path / "p.yaml"
    parameters.write_text("big: 81861780812\nlist: [1, a]\n")
    words = ["plan", "submit", saved(failed()), "-o", "json", "-f", str(parameters)]
    assert main([*words, "-p", "x=1", "--entrypoint", "e"]) == 0
    made = json.loads(capsys.readouterr().out)
    values = [(one["name"], one["value"]) for one in made["spec"]["arguments"]["parameters"]]
    assert values == [("x", "1"), ("big", "81861780812"), ("list", '[1,"a"]')]
    assert made["spec"]["entrypoint"] == "e"
    assert "uid" not in made["metadata"] and "status" not in made


NUMBERS = """\
f: 1.0
exp: 1e3
neg: -0
map: {z: 1, a: "x<y&z>"}
small: 0.0000001
huge: 1e21
list: [1.0, 1e3]
"""
"""A parameter file whose values argo hands on in Go's JSON."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_numbers_of_a_parameter_file_are_as_go_writes_them(
    saved: Any, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(NUMBERS.encode(encoding))
    told = run(["plan", "submit", saved(failed()), "--parameter-file", str(path), "-o", "json"])
    for shown in ("1", "1000", "0", "1e-7", "1e+21", "[1,1000]"):
        assert f'"value":"{shown}"' in told.out.replace('": "', '":"')
    assert '{\\"a\\":\\"x\\\\u003cy\\\\u0026z\\\\u003e\\",\\"z\\":1}' in told.out


def test_a_parameter_file_that_cannot_be_read_is_named(saved: Any, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"a: \x80\xfe")
    for path, words in (("/nowhere", "/nowhere: No such file"), (str(binary), "binary: no text")):
        said = run(["plan", "submit", saved(failed()), "--parameter-file", path])
        assert said.code == 2 and words in said.err and "Errno" not in said.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nothing", "is malformed. Should be `kind/name`"),
        ("pod/x", "Resource kind 'pod' is not supported for submitting"),
    ],
)
def test_submit_from_refuses_in_argos_words(
    given: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "submit", "--from", given, "-o", "json"]) == 2
    assert words in json.loads(capsys.readouterr().out)["error"]


def test_a_parameter_without_a_value_is_wrong_use(
    saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "expected parameter of the form: NAME=VALUE. Received: nope"
    path = saved(failed())
    for given in (
        ["submit", "--from", "wftmpl/x", "-p", "nope"],
        ["plan", "submit", path, "-p", "nope"],
        ["resubmit", "gone", "-p", "nope"],
    ):
        assert main(given) == 2
        assert words in capsys.readouterr().err


def test_a_dry_run_by_name_prints_the_beginning_of_a_name_that_is_not_made_yet(
    saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    obj = manifest("w")
    obj["metadata"] = {"generateName": "w-", "namespace": "argo"}
    assert main(["submit", saved(obj), "--dry-run", "-o", "name"]) == 0
    assert capsys.readouterr().out == "w-\n"


def test_delete_needs_a_name_or_a_filter(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "delete"]) == 2
    assert "requires either a workflow or other argument" in capsys.readouterr().err
    path = saved(manifest("w", labels={"workflows.argoproj.io/phase": "Failed"}))
    assert main(["plan", "delete", "-f", path, "--status", "Failed"]) == 0
    assert capsys.readouterr().out.startswith("Delete w\n")
    assert main(["plan", "delete", "-f", path, "--prefix", "x"]) == 0
    assert capsys.readouterr().out == "No resources found\n"


@pytest.mark.parametrize("verb", ["stop", "terminate", "suspend", "resume"])
def test_other_actions_print_their_calls(
    verb: str, saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = manifest("w")
    found["spec"]["suspend"] = verb == "resume"
    assert main(["plan", verb, "-f", saved(found), "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["action"] == f"workflow.{verb}"
    assert len(told["writes"]) == 1


@pytest.mark.parametrize("verb", ["resubmit", "submit", "retry"])
def test_a_value_beside_the_list_is_warned_of_and_planned_as_argo_would(
    verb: str, saved: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = failed()
    where = {"name": "where", "value": "staging", "enum": ["staging", "live"]}
    found["spec"]["arguments"] = {"parameters": [where]}
    given = [saved(found)] if verb == "submit" else ["-f", saved(found)]
    assert main(["plan", verb, *given, "-p", "where=mars", "-o", "json"]) == 0
    told = capsys.readouterr()
    assert "where must be one of staging, live, and 'mars' is none of them" in told.err
    assert "mars" in told.out and "must be one of" not in told.out
    assert main(["plan", verb, *given, "-p", "where=live", "-o", "json"]) == 0
    assert "must be" not in capsys.readouterr().err
