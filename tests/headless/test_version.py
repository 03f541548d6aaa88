"""`--version` says what program this is, wherever it was installed from; other ways to start it."""

from __future__ import annotations

import platform
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from tests.support.headless import run
from tui import __version__
from tui.cli import open_parser
from tui.headless.version import commit_of, version_line

ROOT = Path(__file__).resolve().parents[2]


def test_it_says_version_python_and_textual_on_one_line() -> None:
    said = run(["--version"])
    assert said.code == 0
    assert said.out == f"{version_line()}\n"
    assert said.out.startswith(f"argo-tui {__version__} (")
    textual = metadata.version("textual")
    assert said.out.endswith(f"Python {platform.python_version()}, Textual {textual})\n")


def test_a_package_that_was_built_says_its_commit_without_git(tmp_path: Path) -> None:
    package = tmp_path / "tui"
    package.mkdir()
    (package / "commit.txt").write_text("0123456789ab-dirty\n")
    assert "(commit 0123456789ab-dirty, Python" in version_line(package)


def test_one_without_that_file_or_a_repository_of_its_own_says_none(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "tui"
    package.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert commit_of(package) == ""
    assert "(Python" in version_line(package)
    (tmp_path / "lib" / ".git").write_text("gitdir: nowhere")
    assert commit_of(package) == ""


def test_a_checkout_asks_git(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=n", "-c", "user.email=e@x", *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    package = tmp_path / "tui"
    package.mkdir()
    (package / "a.py").write_text("")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    assert commit_of(package) == git("rev-parse", "--short=12", "HEAD")
    (package / "a.py").write_text("a = 1\n")
    assert commit_of(package).endswith("-dirty")


@pytest.mark.parametrize("name", ["argo-tui", "kubectl-argo_tui"])
def test_both_names_run_the_program(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"][name] == "tui.__main__:entry"


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "tui" / "py.typed").is_file()


def test_the_plugin_for_k9s_in_the_readme_calls_a_command_that_there_is() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(), re.S | re.M)
    (plugin,) = [yaml.safe_load(block)["plugins"] for block in blocks if "plugins:" in block]
    plugin = plugin["argo-tui"]
    assert (plugin["shortCut"], plugin["scopes"]) == ("Shift-A", ["workflows"])
    assert plugin["override"] is True, "k9s sorts by age with it, and refuses the plugin otherwise"
    told = {"$CONTEXT": "prod", "$NAMESPACE": "argo", "$NAME": "etl-x7k"}
    command, *words = plugin["args"]
    for name, value in told.items():
        words = [word.replace(name, value) for word in words]
    assert (plugin["command"], command) == ("argo-tui", "open")
    args = open_parser().parse_args(words)
    assert (args.context, args.opens) == ("prod", "argo/etl-x7k")
