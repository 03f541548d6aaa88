"""What is found of the terminal and of the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tui.doctor import Case, Finding, Sign
from tui.doctor.here import settings, terminal
from tui.errors import NoCluster
from tui.terminal.capabilities import detect
from tui.terminal.probing import SIGNS, Probed

UNICODE = {"LANG": "en_GB.UTF-8"}
WELL = Probed(0.004, len(SIGNS), True, True)


def case(
    environ: Mapping[str, str], probed: Probed | None = WELL, size: tuple[int, int] = (80, 24)
) -> Case:
    seen = detect({**UNICODE, **environ}, size=size)
    now = datetime(2026, 11, 29, tzinfo=UTC)
    return Case(seen, probed, "", (), NoCluster("none"), (), now)


def facts(found: list[Finding]) -> list[tuple[Sign, str]]:
    return [(each.sign, each.fact) for each in found]


def test_a_terminal_that_can_everything_has_only_good_lines() -> None:
    found = list(terminal(case({"TERM": "xterm-kitty"})))
    assert facts(found) == [
        (Sign.GOOD, "xterm-kitty, 80x24, all colours, drawn in Unicode"),
        (Sign.GOOD, "it answers in 4 ms"),
        (Sign.GOOD, "our signs are one cell wide, as they have to be"),
        (Sign.GOOD, "it tells when it has the focus"),
        (Sign.GOOD, "it takes what is copied into the clipboard (OSC 52)"),
    ]
    assert not any(each.advice for each in found)


def test_a_small_terminal_without_colours_over_ssh() -> None:
    environ = {"TERM": "vt100", "SSH_CONNECTION": "a", "LANG": "C"}
    found = list(terminal(case(environ, Probed(), size=(59, 14))))
    fact = "vt100 over SSH, 59x14, no colours, drawn in ASCII: smaller than 60x15"
    assert facts(found)[0] == (Sign.NOTICE, fact)
    assert facts(found)[1] == (
        Sign.UNKNOWN,
        "it answers no questions, so the rest of it is not known",
    )


@pytest.mark.parametrize(
    ("probed", "sign", "fact", "advice"),
    [
        (replace(WELL, seconds=0.4), Sign.NOTICE, "it answers in 400 ms", "long"),
        (
            replace(WELL, cells=2 * len(SIGNS)),
            Sign.BAD,
            f"{len(SIGNS)} signs take {2 * len(SIGNS)} cells: columns will not stand in line",
            "--ascii",
        ),
        (
            replace(WELL, tmux={"set-clipboard": "external", "allow-passthrough": "off"}),
            Sign.NOTICE,
            "tmux keeps what is copied from the clipboard (set-clipboard external)",
            "set-clipboard on",
        ),
        (
            replace(WELL, tmux={"escape-time": "500"}),
            Sign.NOTICE,
            "tmux holds the escape key back for 500 ms",
            "escape-time",
        ),
    ],
)
def test_what_will_be_in_the_way_is_told_with_what_to_do(
    probed: Probed, sign: Sign, fact: str, advice: str
) -> None:
    found = [each for each in terminal(case({"TERM": "tmux", "TMUX": "/tmp/x"}, probed))]
    (told,) = [each for each in found if each.fact == fact]
    assert told.sign is sign and advice in told.advice


@pytest.mark.parametrize(
    "tmux",
    [
        {"set-clipboard": "on", "allow-passthrough": "off"},
        {"set-clipboard": "off", "allow-passthrough": "on"},
        {"escape-time": "20"},
        {"escape-time": "many"},
    ],
)
def test_a_tmux_that_is_well_set_is_not_complained_of(tmux: Mapping[str, str]) -> None:
    found = terminal(case({"TERM": "tmux", "TMUX": "/tmp/x"}, replace(WELL, tmux=tmux)))
    assert all(each.sign is Sign.GOOD for each in found)


def test_a_terminal_that_cannot_draw_is_bad_and_asked_nothing_more() -> None:
    (found,) = terminal(case({"TERM": "dumb"}))
    assert found.sign is Sign.BAD and "argo-tui list" in found.advice


def test_of_no_terminal_nothing_is_known_and_that_breaks_nothing() -> None:
    (found,) = terminal(replace(case({}), terminal=None))
    assert found.sign is Sign.UNKNOWN


def test_each_wrong_line_of_the_settings_is_a_finding() -> None:
    of = replace(case({}), config="~/config.toml")
    assert [each.sign for each in settings(of)] == [Sign.GOOD]
    wrong = replace(of, faults=("line 3: theme: there is no theme blue", "line 9: is set twice"))
    assert facts(list(settings(wrong))) == [
        (Sign.BAD, "~/config.toml: line 3: theme: there is no theme blue"),
        (Sign.BAD, "~/config.toml: line 9: is set twice"),
    ]
    (none,) = settings(case({}))
    assert none.sign is Sign.GOOD and "no settings file" in none.fact
