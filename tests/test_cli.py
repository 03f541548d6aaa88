"""The command line: exit codes, streams, and what is imported for what."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.headless import run
from tests.support.processes import is_at_work
from tests.support.waiting import wait_until
from tui.cli import app_parser, at_place, headless_parser, in_demo, main
from tui.errors import SettingsError, UsageError
from tui.headless import COMMANDS
from tui.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = "kind: Workflow\nmetadata: {name: w}\nspec: {}\nstatus: {phase: Succeeded}\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "w.yaml"
    path.write_text(WORKFLOW)
    return str(path)


@pytest.mark.parametrize(
    "argv", [["--nonsense"], ["get", "--nonsense"], ["get", "-o", "xml", "x"], ["list", "-f"]]
)
def test_a_wrong_flag_is_said_on_stderr_and_returns_two(argv: list[str]) -> None:
    said = run(argv)
    assert (said.code, said.out) == (2, "")
    assert "usage: argo-tui" in said.err


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("lgs", "logs"),
        ("List", "list"),
        ("demo-clster", "demo-cluster"),
        ("x/y/z", ""),
        ("x/y.yaml", ""),
    ],
)
def test_a_word_that_is_neither_file_nor_command_is_refused_with_the_nearest(
    word: str, near: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run([word])
    assert (said.code, said.out) == (2, "")
    meant = f"; did you mean {near}?" if near else ""
    assert f"{word} is neither a file nor a command{meant}\n" in said.err
    assert "the commands are " in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("foo --bar", "foo is neither a file nor a command"),
        ("--demo foo --bar", "foo is neither a file nor a command"),
        ("sumbit x.yaml --watch", "did you mean submit?"),
        ("foo -l app=x", "foo is neither a file nor a command"),
        ("--bar foo", "unrecognized arguments: --bar"),
        ("argo/run --bar", "unrecognized arguments: --bar"),
    ],
)
def test_of_an_unknown_command_with_flags_the_command_is_told(
    words: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run(words.split())
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_hostile_word_is_told_without_what_is_not_printable(tmp_path: Path) -> None:
    said = run([str(tmp_path / "\x1b[31m\udcff")])
    assert said.code == 2 and "\x1b" not in said.err and "neither a file nor" in said.err


def test_version_and_help_are_commands_as_well_as_flags() -> None:
    assert run(["version"]).out == run(["--version"]).out
    assert run(["help"]).out == run(["--help"]).out
    assert run(["help", "logs"]).out == run(["logs", "--help"]).out
    said = run(["help", "lgs"])
    assert said.code == 2 and "did you mean logs?" in said.err


@pytest.mark.parametrize("word", ["@first", "@", "@Latest"])
def test_only_latest_stands_for_a_name(word: str) -> None:
    said = run(["get", word])
    assert said.code == 2 and "@latest is the workflow that was created last" in said.err


@pytest.mark.parametrize(
    "argv", [["--demo", "--kubeconfig", "k", "list"], ["--demo", "--kubeconfig", "k"]]
)
def test_the_demo_and_another_place_at_once_are_refused(argv: list[str]) -> None:
    said = run(argv)
    assert (said.code, said.out) == (2, "")
    assert "--demo and --kubeconfig cannot be used together" in said.err


def test_the_demo_and_files_at_once_are_refused(file: str) -> None:
    said = run(["--demo", file])
    assert said.code == 2 and "--demo and FILE" in said.err


def test_who_turns_to_the_demo_leaves_the_names_of_the_other_cluster_behind() -> None:
    there = Settings(context="prod", namespace="empty", files=("x.yaml",), read_only=True)
    assert in_demo(there, "k") == Settings(kubeconfig="k", read_only=True)
    begun = Settings(demo=True, context="demo-viewer", namespace="ml")
    assert in_demo(begun, "k") == replace(begun, kubeconfig="k")


def test_the_demo_has_contexts_to_choose_from() -> None:
    said = run(["--demo", "--context", "nobody", "list"])
    assert said.code == 2
    assert "no context nobody" in said.err and "demo-viewer" in said.err


@pytest.mark.parametrize(
    ("flag", "said"),
    [("--speed", "a speed is a number"), ("--scale", "a count is a number")],
)
def test_a_word_where_a_number_belongs_is_told_in_words(flag: str, said: str) -> None:
    told = run(["demo-cluster", flag, "x"])
    assert told.code == 2
    assert said in told.err and "_speed" not in told.err and "_count" not in told.err


def test_read_only_may_stand_before_or_after_a_command_that_only_prints(file: str) -> None:
    assert run(["--read-only", "list", "-f", file]).code == 0
    assert run(["list", "--read-only", "-f", file]).code == 0


def test_help_lists_the_commands() -> None:
    said = run(["--help"])
    assert said.code == 0
    for command in ("get", "list", "logs", "plan", "demo-cluster"):
        assert command in said.out


def flags_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument, those of sub-commands too."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from flags_of(inner)
        else:
            yield action


@pytest.mark.parametrize("name", [*COMMANDS, ""])
def test_every_flag_has_a_line_of_help(name: str) -> None:
    parser = headless_parser(name) if name else app_parser()
    assert [action.dest for action in flags_of(parser) if not action.help] == []


def test_trouble_is_a_sentence_and_no_traceback() -> None:
    said = run(["get", "-f", "/nowhere/at/all"])
    assert said.err.startswith("argo-tui: /nowhere/at/all: No such file")
    assert (said.code, said.out) == (2, "")


def test_a_workflow_must_be_named() -> None:
    assert run(["get"]).code == 2
    assert run(["get", "x", "-f", "y"]).code == 2


def test_main_may_be_called_again_and_again(file: str) -> None:
    first = run(["get", "-o", "name", "-f", file])
    assert run(["get", "-f", "/nowhere"]).code == 2
    assert run(["get", "-o", "name", "-f", file]) == first == (0, "w\n", "")


def test_our_flags_may_stand_before_the_command(file: str) -> None:
    assert run(["-n", "argo", "--ascii", "get", "-o", "name", "-f", file]).out == "w\n"


def test_flags_may_stand_between_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere/config")
    for argv in (["logs", "w", "-n", "argo", "step"], ["get", "w", "-n", "argo", "x"]):
        said = run(argv)
        assert "there is no kubeconfig" in said.err
        assert "unrecognized arguments" not in said.err


def test_a_clock_that_is_none_is_refused(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_TUI_NOW", "noon")
    said = run(["get", "-f", file])
    assert said.code == SettingsError.exit_code
    assert "ARGO_TUI_NOW=noon is no time" in said.err


def test_a_closed_pipe_is_no_trouble(file: str) -> None:
    Path(file).write_text("---\n".join([WORKFLOW] * 3000))
    script = f"{sys.executable} -m tui list -f {file} | head -n 1"
    done = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("NAME")
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("count", [1, 3000])
def test_a_full_disk_is_said(file: str, count: int) -> None:
    Path(file).write_text("---\n".join([WORKFLOW] * count))
    command = [sys.executable, "-m", "tui", "list", "-f", file]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "argo-tui: cannot write the output: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["list", "-h"]], ids=" ".join)
@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_what_argparse_prints_is_not_lost_without_a_word(words: list[str], buffered: str) -> None:
    command = [sys.executable, "-m", "tui", *words]
    environ = {**os.environ, "PYTHONUNBUFFERED": buffered}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, env=environ
        )
    assert done.returncode == 1
    assert done.stderr == "argo-tui: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("command", ["get", "list", "plan resubmit"])
def test_a_closed_stdout_is_said(file: str, command: str) -> None:
    script = f"{sys.executable} -m tui {command} -f {file} >&-"
    done = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "argo-tui: cannot write the output: standard output is closed\n"


def test_with_stderr_closed_talk_does_not_turn_to_stdout() -> None:
    script = f"{sys.executable} -m tui get -f /nowhere/at/all 2>&-"
    done = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")


def _heed_ctrl_c() -> None:
    """In the child: a shell that runs the tests in the background has told them to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_returns_130(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "tui", "get", "-f", str(pipe)]
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c
    )
    # Opening the other end waits until the program has opened its own. Then it is to wait for what
    # comes: Python does not notice a signal in the instant before it asks the system to read.
    with process, open(pipe, "w"):
        wait_until(lambda: not is_at_work(process.pid))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize("imported", ["tui.errors", "argparse", "tui.settings"])
def test_ctrl_c_while_python_imports_ends_the_program_without_a_word(imported: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "tui", "list", "-f", "-"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_ctrl_c,
    )
    with process:
        assert process.stderr is not None
        # A line each import, as it ends.
        while not process.stderr.readline().endswith(f" {imported}\n"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode in (-signal.SIGINT, 130)
    assert "Traceback" not in said and "KeyboardInterrupt" not in said


def test_an_interrupt_that_is_to_be_ignored_is_ignored() -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from tui.__main__ import Interrupts\n"
        "with Interrupts():\n    print(signal.getsignal(signal.SIGINT).name)\n"
        "print(signal.getsignal(signal.SIGINT).name)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "SIG_IGN\nSIG_IGN\n"


@pytest.mark.parametrize("command", ["get", "list"])
def test_headless_commands_import_no_drawing_and_no_client(command: str, file: str) -> None:
    code = (
        "import sys; from tui.cli import main; "
        f"main([{command!r}, '-f', {file!r}]); "
        "print(sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for library in ("textual", "rich", "kubernetes", "boto3", "urllib3"):
        assert f"'{library}'" not in done.stderr


def test_an_unencodable_terminal_gets_question_marks(file: str) -> None:
    Path(file).write_text(
        '{"kind":"Workflow","metadata":{"name":"é"},"status":{"phase":"Running"}}'
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "tui", "list", "-f", file],
        cwd=ROOT, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0
    assert "?" in done.stdout


def test_an_encoding_without_icons_gets_words_for_them(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    nodes = '{"w":{"id":"w","name":"w","displayName":"w","type":"DAG","phase":"Failed"}}'
    path.write_text(f'{{"metadata":{{"name":"w"}},"status":{{"phase":"Failed","nodes":{nodes}}}}}')
    done = subprocess.run(
        [sys.executable, "-m", "tui", "get", "--no-color", "-f", str(path)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert "\n Failed w " in done.stdout
    assert "?" not in done.stdout


def test_settings_come_from_flags_before_environment() -> None:
    environ = {"ARGO_NAMESPACE": "argo", "POD_NAMES": "v1", "NO_COLOR": "1", "TZ": "UTC"}
    settings = read_settings({}, environ)
    assert (settings.namespace, settings.pod_names, settings.no_color) == ("argo", "v1", True)
    assert read_settings({"namespace": "x"}, environ).namespace == "x"


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.startswith("argo-tui ")
    assert main(["--version"]) == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("etl", ("", "", False)),
        ("argo/etl", ("", "", False)),
        ("argo/etl@logs", ("", "", False)),
        ("prod/argo/etl", ("prod", "", False)),
        ("argo//phase:failed", ("", "argo", False)),
        ("prod/all//phase:failed", ("prod", "", True)),
        ("https://argo.prod.example.com:443/workflows/argo/etl", ("prod", "argo", False)),
        ("https://argo.example.com/workflows/argo/etl", ("", "argo", False)),
    ],
)
def test_a_place_that_is_opened_names_context_and_namespaces(
    text: str, place: tuple[str, str, bool], tmp_path: Path
) -> None:
    config = tmp_path / "config"
    contexts = "".join(f"- {{name: {name}, context: {{}}}}\n" for name in ("dev", "prod"))
    config.write_text(f"kind: Config\ncurrent-context: dev\ncontexts:\n{contexts}")
    places = (("prod", {"server": {"address": "argo.prod.example.com"}}),)
    settings = at_place(Settings(opens=text, kubeconfig=str(config), places=places))
    assert (settings.context, settings.namespace, settings.all_namespaces) == place


def test_a_place_on_another_context_than_the_flag_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("kind: Config\ncontexts: [{name: prod, context: {}}]\n")
    wanted = Settings(opens="prod/argo/etl", kubeconfig=str(config), context="dev")
    with pytest.raises(UsageError, match="the place is on prod, and --context is dev"):
        at_place(wanted)


@pytest.mark.parametrize("words", [["open"], ["open", ""], ["open", "a", "b"], ["open", "../x"]])
def test_open_wants_one_place_that_can_be_one(words: list[str]) -> None:
    said = run(words)
    assert (said.code, said.out) == (2, "") and said.err
