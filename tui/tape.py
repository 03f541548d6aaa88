"""Recording what is heard, and playing what was recorded, as the app offers them.

What both say of themselves in headers is made here, too; the keys that mean something while a
recording is played are those of `play.` in `KEYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tui.commands import Command, alone, among
from tui.context import AppContext
from tui.domain.logtimes import moment_of, span_of
from tui.domain.recording import SUFFIX
from tui.errors import TuiError, UsageError
from tui.keys import hint
from tui.ports.playback import SPEEDS, Playback, speed_text
from tui.recording.hearing import Ear
from tui.recording.writing import Recorder

HOW = "a time is 10:41, 10:41:22, -5m, +30s, 50 %, start, end, or a date with a time"
WORDS = ("start", "end", "-1m", "+1m", "-5m", "+5m", "25%", "50%", "75%")


def check_name(file: str) -> None:
    """Raises: UsageError for a name that a recording cannot have."""
    if not file.endswith(SUFFIX):
        raise UsageError(f"the name of a recording ends with {SUFFIX}")


def ended(recorder: Recorder) -> str:
    """What was recorded, once all that waits is written; waits for the disk."""
    recorder.end()
    lost = f"; {recorder.lost:,} pieces came too fast" if recorder.lost else ""
    return f"{recorder.path} is written, {recorder.size:,} bytes{lost}"


class Tape:
    """What is recorded, and what is played."""

    def __init__(
        self,
        context: AppContext,
        *,
        broke: Callable[[str], object],
        jumped: Callable[[], object],
        changed: Callable[[], object],
        finish: Callable[[Recorder], object],
        say_aside: Callable[[str], bool],
    ) -> None:
        """`broke` is told, on another thread, why a recording ended by itself; `jumped` is called
        once another time is played, `changed` where headers say something else. `finish` has a
        recorder ended without waiting for it, by `ended`. `say_aside` says what nobody asked for
        where that hides nothing that is still to be read; returns whether it did."""
        self._context = context
        self._broke = broke
        self._jumped = jumped
        self._changed = changed
        self._finish = finish
        self._say_aside = say_aside
        self._was_over = False
        self.ear = Ear()
        """What hears the connections of the app."""

    # --- recording -------------------------------------------------------------------------

    def begin(self, file: str) -> None:
        """Record into a file. Raises: InputError where it is there, or cannot be written."""
        recorder = Recorder(Path(file).expanduser(), failed=self._broke)
        self.ear.begin(recorder, self._context.lists.as_told())
        self._context.recording = recorder.path.name
        self._changed()

    def end(self) -> str:
        """Record no more, once what waits is written; says what there is, "" for nothing."""
        recorder = self.ear.end()
        self._context.recording = ""
        return ended(recorder) if recorder is not None else ""

    def broken(self) -> None:
        """The recording has ended by itself."""
        self.ear.end()
        self._context.recording = ""
        self._changed()

    def toggle(self, file: str) -> None:
        """Begin, or end."""
        if self.ear.recorder is not None:
            if file:
                self._say(f"{self._context.recording} is being recorded; end that first", "warning")
                return
            recorder = self.ear.end()
            self._context.recording = ""
            self._changed()
            if recorder is not None:
                self._finish(recorder)
            return
        if self.playback is not None:
            self._say("this is a recording already", "warning")
            return
        named = file or f"argo-tui-{self._context.now().astimezone():%Y%m%d-%H%M%S}{SUFFIX}"
        try:
            self.begin(named)
        except TuiError as error:
            self._say(str(error), "error")
        else:
            self._say(f"recording into {named}; {hint('command')}record again ends it")

    # --- playing ---------------------------------------------------------------------------

    @property
    def playback(self) -> Playback | None:
        """What is played; None where that is no recording."""
        return self._context.playback

    def pause(self) -> None:
        """Stop, or go on."""
        playback = self.playback
        if playback is None:
            return
        if playback.is_over:
            self._say(self._end())
            return
        playback.pause(not playback.is_paused)
        self._say("it stands still" if playback.is_paused else "it goes on")
        self._changed()

    def hurry(self, by: int) -> None:
        """Go faster or slower by so many steps."""
        playback = self.playback
        if playback is None:
            return
        at = min(range(len(SPEEDS)), key=lambda each: abs(SPEEDS[each] - playback.speed)) + by
        if not 0 <= at < len(SPEEDS):
            self._say(f"it goes no {'faster' if by > 0 else 'slower'}")
            return
        playback.go_at(SPEEDS[at])
        self._say(f"{speed_text(SPEEDS[at])} as fast as life")
        self._changed()

    def go_to(self, text: str) -> None:
        """Go to a time, as somebody typed it."""
        playback = self.playback
        if playback is None:
            return
        moment = self._moment(text)
        if moment is None:
            self._say(HOW, "warning")
            return
        playback.go_to(moment)
        self._jumped()
        self._was_over = playback.is_over
        self._changed()
        shown = f"{playback.now().astimezone(self._context.settings.zone):%Y-%m-%d %H:%M:%S}"
        # Times are shown without fractions: what is typed as its first second is not before it.
        if moment < playback.begins.replace(microsecond=0):
            self._say(f"that is before the recording, which begins {shown}", "warning")
        elif moment > playback.ends:
            self._say(f"that is after the recording, which ends {shown}", "warning")
        else:
            self._say(self._end() if self._was_over else shown)

    def tick(self) -> None:
        """A second went by: headers tell the time, and once that it ended."""
        playback = self.playback
        if playback is None:
            return
        # What failed a moment before is still to be read: the end is said after it.
        self._was_over = playback.is_over and (self._was_over or self._say_aside(self._end()))
        self._changed()

    def _end(self) -> str:
        return f"the recording has ended; {hint('play.to-time')} goes to another time"

    def _moment(self, text: str) -> datetime | None:
        """The time that is meant; None for what is none."""
        playback = self.playback
        if playback is None:
            return None
        text = text.strip().casefold()
        begins, ends = playback.begins, playback.ends
        if text in ("start", "end"):
            return begins if text == "start" else ends
        if text.endswith("%") and text[:-1].strip().isdecimal():
            share = min(int(text[:-1][:4]), 100) / 100
            return begins + (ends - begins) * share
        try:
            if text[:1] in ("+", "-") and (span := span_of(text[1:])) is not None:
                return playback.now() + (span if text[0] == "+" else -span)
            return self._nearest(text.upper(), begins, ends)
        except OverflowError:
            return None

    def _nearest(self, text: str, begins: datetime, ends: datetime) -> datetime | None:
        """A time of a clock, or with a date. That of a clock is on the last day on which the
        recording has it, or where it has none, on the day that brings it nearest.

        Raises: OverflowError for a time beyond all years.
        """
        zone = self._context.settings.zone
        found = moment_of(text, ends, zone)
        if found is None or found >= begins:
            return found
        after = moment_of(text, ends + timedelta(days=1), zone)
        return after if after is not None and after - ends < begins - found else found

    def _check_moment(self, text: str) -> None:
        """Raises: UsageError for what is no time."""
        if self.playback is not None and self._moment(text) is None:
            raise UsageError(HOW)

    def _say(self, text: str, severity: str = "information") -> None:
        self._context.say(text, severity)

    # --- commands --------------------------------------------------------------------------

    def commands(self) -> Iterator[Command]:
        """What can be done just now."""
        if self.playback is None:
            is_on = bool(self._context.recording)
            yield Command(
                "End the recording" if is_on else "Record",
                self.toggle,
                names=("record",),
                argument="" if is_on else f"a file that ends with {SUFFIX}; a name of its own",
                check=check_name,
                help=f"{self._context.recording} is written"
                if is_on
                else "write what is heard into a file, to be played at any time",
            )
            return
        yield Command(
            "Pause, or go on",
            alone(self.pause),
            names=("pause", "play"),
            help="have the recording stand still",
            key=hint("play.pause"),
        )
        yield Command(
            "Faster",
            alone(lambda: self.hurry(1)),
            names=("faster",),
            help="play the recording faster",
            key=hint("play.faster"),
        )
        yield Command(
            "Slower",
            alone(lambda: self.hurry(-1)),
            names=("slower",),
            help="play the recording slower",
            key=hint("play.slower"),
        )
        yield Command(
            "To a time",
            self.go_to,
            names=("time", "at"),
            argument="a time of the recording",
            is_needed=True,
            complete=lambda typed: among(WORDS, typed),
            check=self._check_moment,
            help="go to another time of the recording, before or after",
            key=hint("play.to-time"),
        )
