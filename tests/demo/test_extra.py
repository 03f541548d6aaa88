"""The demo's libraries are an extra: without them everything else works, and `--demo` says so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tui.demo.extra import LIBRARIES

ROOT = Path(__file__).resolve().parent.parent.parent
SAVED = ROOT / "tests" / "saved" / "nightly.yaml"


def without(folder: Path, *libraries: str) -> dict[str, str]:
    """An environment in which Python finds none of these libraries."""
    hidden = "".join(f"sys.modules[{library!r}] = None\n" for library in libraries)
    (folder / "sitecustomize.py").write_text(f"import sys\n{hidden}")
    paths = [str(folder), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(folder)}


def run(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("words", [("--demo",), ("--demo", "list"), ("demo-cluster",)])
def test_without_the_extra_the_demo_says_what_to_install(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(without(tmp_path, "aiohttp", "cryptography"), *words)
    assert done.returncode == 2
    assert done.stderr == (
        "argo-tui: the demo cluster needs aiohttp and cryptography, which are not installed\n"
        "hint: install argo-tui with its extra `demo`: pip install 'argo-tui[demo]', or "
        "pip install '.[demo]' in a checkout\n"
    )
    assert done.stdout == ""


def test_one_library_that_is_missing_is_named_alone(tmp_path: Path) -> None:
    done = run(without(tmp_path, "cryptography"), "--demo", "list")
    assert done.returncode == 2
    assert "needs cryptography, which is not installed" in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("demo-cluster", "--help"), ("--version",)])
def test_help_and_version_need_no_extra(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(without(tmp_path, "aiohttp", "cryptography"), *words)
    assert (done.returncode, done.stderr) == (0, "")


def test_everything_but_the_demo_works_without_the_extra(tmp_path: Path) -> None:
    done = run(without(tmp_path, "aiohttp", "cryptography"), "get", "-f", str(SAVED))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Status:" in done.stdout


def test_the_extra_has_what_the_demo_checks_for_and_the_program_itself_does_not() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[<>=!\[ ]", each)[0] for each in requirements}

    extras = project["optional-dependencies"]
    assert names(extras["demo"]) == set(LIBRARIES)
    assert not names(project["dependencies"]) & set(LIBRARIES)
    assert "argo-tui[demo]" in extras["test"]
