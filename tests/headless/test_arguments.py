"""Words of a command line that name nothing, or are not text, are refused before anything is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.api_source import saying
from tests.support.fake_api import fake_api, write_kubeconfig
from tests.support.headless import run
from tests.support.scripted import manifest
from tui.actions import actions_of
from tui.errors import SettingsError
from tui.headless.verbs import VERBS
from tui.settings import read_settings

NOT_UTF8 = os.fsdecode(b"a\xff")
WHERE_A_NAME_STANDS = [
    ["get", "?"],
    ["get", "w", "?"],
    ["logs", "?"],
    *(["plan", verb, "?"] for verb in VERBS if verb != "submit"),
    ["plan", "resubmit", "w", "--name", "?"],
    ["plan", "submit", "--from", "wftmpl/?"],
    ["plan", "submit", "--from", "wftmpl/x", "--serviceaccount", "?"],
    ["list", "-n", "?"],
    ["list", "-n", "a,?"],
    ["-n", "?", "list"],
    ["plan", "delete", "--all", "-n", "?"],
]
WHERE_A_TEXT_STANDS = [
    ["list", "-l", "?"],
    ["list", "--field-selector", "?"],
    ["list", "--prefix", "?"],
    ["list", "--status", "?"],
    ["list", "--instanceid", "?"],
    ["list", "--context", "?"],
    ["get", "w", "--node-field-selector", "?"],
    ["logs", "w", "-c", "?"],
    ["plan", "delete", "--completed", "-l", "?"],
    ["plan", "delete", "--completed", "--prefix", "?"],
    ["plan", "stop", "w", "--node-field-selector", "?"],
    ["plan", "submit", "--from", "wftmpl/x", "--entrypoint", "?"],
]


def refused(tmp_path: Path, words: list[str], word: str) -> str:
    """What is said of a command line with this word in it, which asks no cluster anything."""
    with fake_api(saying({})) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        said = run(["--kubeconfig", config, *(each.replace("?", word) for each in words)])
        assert (said.code, said.out, api.asked) == (2, "", [])
    return said.err


@pytest.mark.parametrize("word", [" ", "..", "a/b", NOT_UTF8, "a\nb"])
@pytest.mark.parametrize("words", WHERE_A_NAME_STANDS, ids=" ".join)
def test_what_cannot_be_a_name_is_refused_with_two(
    words: list[str], word: str, tmp_path: Path
) -> None:
    if word == "a/b" and "--from" in words and "?" in words[-1]:
        words = ["get", "?"]  # there it is Argo's malformed identifier
    err = refused(tmp_path, words, word)
    assert err.startswith("argo-tui: ")
    assert any(fault in err for fault in ("is empty", "cannot be", "cannot have", "not UTF-8")) or (
        "cannot be printed" in err
    )


@pytest.mark.parametrize("words", WHERE_A_NAME_STANDS + WHERE_A_TEXT_STANDS, ids=" ".join)
def test_an_empty_word_is_never_taken_as_not_given(words: list[str], tmp_path: Path) -> None:
    if words[-1] == "wftmpl/?":
        assert run(["plan", "submit", "--from", "wftmpl/"]).code == 2  # in Argo's words
        return
    assert "is empty" in refused(tmp_path, words, "")
    if words[-2].startswith("--"):
        joined = [*words[:-2], f"{words[-2]}="]
        assert f"the value of {words[-2]} is empty" in refused(tmp_path, joined, "")


@pytest.mark.parametrize("words", WHERE_A_TEXT_STANDS, ids=" ".join)
def test_a_text_that_is_not_utf8_is_refused_with_two(words: list[str], tmp_path: Path) -> None:
    assert "not UTF-8: a\\xff" in refused(tmp_path, words, NOT_UTF8)


def test_a_file_may_be_called_anything_but_nothing(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.yaml")
    path.write_text("kind: Workflow\nmetadata: {name: w}\nstatus: {phase: Succeeded}\n")
    assert run(["get", "-o", "name", "-f", str(path)]) == (0, "w\n", "")
    for words in (["get", "-f", ""], ["list", "-f", "x", ""], ["plan", "submit", ""], [""]):
        said = run(words)
        assert said.code == 2 and "is empty" in said.err


def test_a_file_without_its_flag_names_the_flag(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    path.write_text("kind: Workflow\nmetadata: {name: w}\nstatus: {phase: Succeeded}\n")
    said = run(["list", str(path)])
    assert said.code == 2 and f"hint: argo-tui list -f {path} reads a file" in said.err
    assert "hint" not in run(["list", str(tmp_path / "none.yaml")]).err
    assert run(["why", "-f", str(path), "w"]).code == 0, "it may be named, too"
    said = run(["why", "-f", str(path), "other"])
    assert said.code == 4 and "after -f FILE stands a STEP" in said.err
    said = run(["why", "-f", str(path), "w", "step"])
    assert said.code == 2 and "argo-tui why -f FILE [STEP]" in said.err


def test_an_empty_text_of_ones_own_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("kind: Workflow\nmetadata: {name: w}\nspec: {}\nstatus: {phase: Running}\n")
    assert run(["plan", "stop", "-f", str(path), "-m", ""]).code == 0


@pytest.mark.parametrize("text", [",", "a,", "a,,b", "a, ,b", "a/b", "..", NOT_UTF8])
def test_a_namespace_of_the_environment_that_cannot_be_one_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="a namespace"):
        read_settings({}, {"ARGO_NAMESPACE": text})


def test_several_namespaces_and_none_at_all_are_taken() -> None:
    assert read_settings({}, {"ARGO_NAMESPACE": "a, b"}).namespace == "a, b"
    assert read_settings({}, {"ARGO_NAMESPACE": ""}).namespace == ""


PLANNED = [verb.action for verb in VERBS.values()]
"""What has a plan on the command line; a copy that is edited has none before that."""


@pytest.mark.parametrize("name", ["", ".."])
@pytest.mark.parametrize(
    "action",
    [each for each in actions_of("wf", "object") if each in PLANNED],
    ids=lambda action: action.id,
)
def test_a_saved_workflow_without_a_name_is_never_the_path_of_all_of_them(
    action: object, name: str, tmp_path: Path
) -> None:
    verb = next(word for word, verb in VERBS.items() if verb.action is action)
    made = manifest(name, phase="Failed" if verb in ("retry", "resubmit", "delete") else "Running")
    made["spec"]["suspend"] = verb == "resume"
    path = tmp_path / "w.json"
    path.write_text(json.dumps(made))
    said = run(["plan", verb, "-f", str(path), "-o", "json"])
    for write in json.loads(said.out)["writes"] if said.code == 0 and verb != "resubmit" else ():
        raise AssertionError(f"{write['method']} {write['path']}")
    if verb == "delete":
        assert said.code == 2
        assert "the name of the workflow" in json.loads(said.out)["error"]


@pytest.mark.parametrize("namespace", [",", "a,b", "a/b", ".."])
def test_a_namespace_of_a_kubeconfig_that_cannot_be_one_is_refused(
    namespace: str, tmp_path: Path
) -> None:
    config = write_kubeconfig(tmp_path, "http://127.0.0.1:1", namespace=namespace)
    said = run(["--kubeconfig", str(config), "list"])
    assert said.code == 2
    assert "the namespace of context fake cannot" in said.err


@pytest.mark.parametrize("words", [["delete"], ["plan", "delete"], ["cron", "delete"]])
@pytest.mark.parametrize("flags", [["--completed"], ["--all", "--yes"], ["-A"]])
def test_no_word_behind_two_dashes_is_a_flag(
    tmp_path: Path, words: list[str], flags: list[str]
) -> None:
    """Nor does it delete what it would as a flag: it is a name, which nothing has."""
    with fake_api(lambda asked, reply: reply.refuse(404)) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        said = run(["--kubeconfig", config, *words, "-n", "argo", "--", *flags])
        assert said.code == 1
        read = [each.path for each in api.asked if each.method == "GET"]
        assert read and all(each.endswith(tuple(flags)) for each in read)
        assert not [each for each in api.asked if each.method == "DELETE"]


def test_a_file_may_be_called_like_a_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-f").write_text(json.dumps({**manifest("w"), "kind": "Workflow"}))
    assert run(["plan", "submit", "--", "-f"]).code == 0
    said = run(["get", "w", "--", "--nowhere", "-x"])
    assert said.code != 0 and "\0" not in said.err
