"""The tour of the README, key by key, on the smallest terminal it promises anything for."""

from __future__ import annotations

from pathlib import Path

from tests.support.pty import Pty, run_tui

LOADING = 60.0
"""Seconds that the demo may take to begin, and a retried run to its end."""


def test_the_tour_of_the_readme_goes_as_it_says(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Pty(run_tui("--demo"), columns=80, rows=24, env=env) as shown:
        # Watch.
        shown.wait_for("heartbeat-", within=LOADING)
        shown.wait_for("diamond-", within=LOADING)
        # Find what failed.
        shown.press("0", "!")
        shown.wait_for("nightly-etl-", within=LOADING)
        shown.quiet(still=0.5)
        for _ in range(20):
            if any("►" in row and "nightly-etl-" in row for row in rows(shown)):
                break
            shown.step("j", still=0.2)
        shown.press("enter")
        shown.wait_for("►shard(17:17)(2)", within=LOADING)
        shown.wait_for("killed for taking more memory", within=LOADING)
        # Read the log.
        shown.press("l")
        shown.wait_for(" lines", within=LOADING)
        shown.press("/", *"worker", "enter")
        shown.wait_for(" of ")
        for key in ("n", "N", "w", "t", "z", "z", "escape"):
            shown.step(key, still=0.3)
        # Fetch an artifact.
        shown.press("a")
        shown.wait_for("main-logs")
        shown.press("enter")
        shown.quiet(still=0.5)
        shown.press("f")
        shown.wait_for("Esc cancels")
        shown.press("escape")
        shown.quiet(still=0.3)
        # Retry: the sentence, then all of it, read to the last call.
        shown.press("r")
        shown.wait_for("1 step runs again")
        shown.press("d")
        shown.wait_for("$ argo retry")
        for _ in range(12):
            if "5. PUT" in shown.picture():
                break
            shown.step("pagedown", still=0.2)
        shown.wait_for("5. PUT")
        shown.press("enter")
        shown.wait_for("Retried nightly-etl-")
        shown.wait_for("✔ Succeeded", within=LOADING * 2)
        # Leave.
        for _ in range(6):
            if "Leave argo-tui" in shown.picture():
                break
            shown.step("q", still=0.3)
        shown.press("y")
        assert shown.wait_for_exit() == 0


def rows(shown: Pty) -> list[str]:
    return shown.picture().splitlines()
