"""What can be seen on this machine: the terminal, and the settings file."""

from __future__ import annotations

from collections.abc import Iterator

from tui.doctor.base import Case, Finding, Sign, found
from tui.terminal.capabilities import Capabilities
from tui.terminal.probing import SIGNS, Probed

LEAST = (60, 15)
"""Columns and rows below which screens leave out what one needs."""
COLOURS = {
    "truecolor": "all colours",
    "256": "256 colours",
    "16": "sixteen colours",
    "none": "no colours",
}
FAR = 0.15
"""Seconds for an answer from which on typing feels slow."""
SLOW_ESCAPE = 100
"""Milliseconds for which tmux may hold the escape key back before it is told."""


def terminal(case: Case) -> Iterator[Finding]:
    """What it says it is, and what it answered when it was asked."""
    of = found("terminal")
    seen = case.terminal
    if seen is None:
        advice = "start it in the terminal that screens are to be seen in"
        yield of(Sign.UNKNOWN, "input or output is no terminal, so nothing of it is known", advice)
        return
    about = [
        seen.term or "of no name",
        f"in {seen.multiplexer}" if seen.multiplexer else "",
        "over SSH" if seen.remote else "",
    ]
    draws = "ASCII" if seen.ascii else "Unicode"
    fact = (
        f"{' '.join(filter(None, about))}, {seen.columns}x{seen.rows}, "
        f"{COLOURS[seen.colours]}, drawn in {draws}"
    )
    if seen.advice:
        yield of(Sign.BAD, fact, seen.advice)
        return
    if seen.columns < LEAST[0] or seen.rows < LEAST[1]:
        advice = "80x24 shows all that one needs"
        yield of(Sign.NOTICE, f"{fact}: smaller than {LEAST[0]}x{LEAST[1]}", advice)
    else:
        yield of(Sign.GOOD, fact)
    if case.probed is None:
        yield of(
            Sign.UNKNOWN,
            "what it answers and passes on was not asked",
            "argo-tui doctor asks it, where input and output are the terminal",
        )
        return
    yield from _answers(seen, case.probed)


def _answers(seen: Capabilities, probed: Probed) -> Iterator[Finding]:
    of = found("terminal")
    if probed.seconds is None:
        yield of(Sign.UNKNOWN, "it answers no questions, so the rest of it is not known")
    else:
        milliseconds = max(1, round(probed.seconds * 1000))
        far = probed.seconds > FAR
        advice = "the way to it is long or busy: each key takes that long to be seen"
        yield of(
            Sign.NOTICE if far else Sign.GOOD,
            f"it answers in {milliseconds:,} ms",
            advice if far else "",
        )
    if probed.cells is not None and not seen.ascii:
        if probed.cells == len(SIGNS):
            yield of(Sign.GOOD, "our signs are one cell wide, as they have to be")
        else:
            yield of(
                Sign.BAD,
                f"{len(SIGNS)} signs take {probed.cells} cells: columns will not stand in line",
                "start with --ascii, or set ambiguous characters to narrow in the terminal",
            )
    if probed.focus is not None:
        tells = "tells" if probed.focus else "does not tell"
        yield of(Sign.GOOD, f"it {tells} when it has the focus")
    yield _clipboard(seen, probed)
    escape = probed.tmux.get("escape-time", "")
    if escape.isdecimal() and int(escape) > SLOW_ESCAPE:
        yield of(
            Sign.NOTICE,
            f"tmux holds the escape key back for {escape} ms",
            "tmux set -s escape-time 20",
        )


def _clipboard(seen: Capabilities, probed: Probed) -> Finding:
    of = found("terminal")
    takes, passes = probed.tmux.get("set-clipboard", ""), probed.tmux.get("allow-passthrough", "")
    if takes and takes != "on" and passes not in ("on", "all"):
        return of(
            Sign.NOTICE,
            f"tmux keeps what is copied from the clipboard (set-clipboard {takes})",
            "tmux set -s set-clipboard on",
        )
    if probed.clipboard:
        return of(Sign.GOOD, "it takes what is copied into the clipboard (OSC 52)")
    within = f"{seen.multiplexer} passes it on; " if takes == "on" else ""
    return of(
        Sign.UNKNOWN,
        f"whether copying reaches the clipboard (OSC 52): {within}few terminals say so",
        "copy something; if it is not there, :plain shows texts to select by hand",
    )


def settings(case: Case) -> Iterator[Finding]:
    """Each line of the settings file that is not followed."""
    of = found("settings")
    if not case.config:
        yield of(Sign.GOOD, "there is no settings file, and none is needed")
        return
    for fault in case.faults:
        yield of(
            Sign.BAD, f"{case.config}: {fault}", "mend the line; until then it is not followed"
        )
    if not case.faults:
        yield of(Sign.GOOD, f"all lines of {case.config} are followed")
