"""`argo-tui save`, and the commands that take its file in place of a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.headless import run
from tui.demo.child import start as demo_child

RUN = "nightly-etl-57tmj"
SAVED = f"{RUN}.argo.tgz"


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, ...]]:
    with demo_child() as child:
        yield ("--kubeconfig", str(child.kubeconfig), "-n", "ml-etl")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("KUBECONFIG", "ARGO_SERVER", "ARGO_NAMESPACE", "ARGO_INSTANCEID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ARGO_TUI_NOW", "2030-01-01T00:00:00Z")


def test_what_commands_say_of_the_file_is_what_they_said_of_the_cluster(
    demo: tuple[str, ...],
) -> None:
    step = "shard(17:17)(2)"
    questions = [
        ("get", RUN),
        ("why", RUN),
        ("logs", RUN, step),
        ("logs", RUN, step, "--tail", "3", "--timestamps"),
        ("artifacts", RUN, "report", "-o", "json"),
        ("get", RUN, "-o", "yaml"),
    ]
    live = {words: run([*words, *demo]) for words in questions}
    said = run(["save", RUN, *demo])
    unmeasured = "argo-tui: not saved: resource samples: nobody looked at it while it ran\n"
    assert (said.code, said.out, said.err) == (0, f"{SAVED}\n", unmeasured)
    for words in questions:
        saved = run([SAVED if word == RUN else word for word in words])
        if words[0] != "artifacts":  # their places are others
            assert (saved.code, saved.out) == (live[words].code, live[words].out), words
        else:
            assert saved.code == 0
    assert run(["diff", SAVED, SAVED, "--exit-code"]).code == 0
    assert run(["list", "-f", SAVED, "-o", "name"]).out == f"{RUN}\n"


def test_it_is_not_written_over_and_its_ending_is_checked(demo: tuple[str, ...]) -> None:
    assert run(["save", RUN, *demo, "--max-artifact", "0"]).code == 0
    again = run(["save", RUN, *demo])
    assert again.code == 2 and "is there already" in again.err and "--force" in again.err
    wrong = run(["save", RUN, *demo, "-o", "run.tgz"])
    assert wrong.code == 2 and "does not end with .argo.tgz" in wrong.err
    assert run(["save", RUN, *demo, "--max-artifact", "much"]).code == 2
