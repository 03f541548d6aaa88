"""What can be typed after `:`, and what a line of it means.

A command has names, and may take an argument: the rest of the line. Whoever offers one says how the
argument is completed and what is wrong with one; running it comes last, so that a wrong line is
told while it can still be corrected. Screens offer commands for what they show, the app offers
those that work everywhere; the palette shows both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from tui.domain.names import ALL, typed_fault
from tui.errors import InputError, UsageError

Danger = Literal["none", "changes", "destroys"]
"""What a command can do to the cluster; both of the latter ask first."""


def _nothing(argument: str) -> Iterable[str]:
    return ()


def _anything(argument: str) -> None:
    """Every argument is right."""


def _unexplained(argument: str) -> str:
    return ""


def alone(run: Callable[[], object]) -> Callable[[str], object]:
    """What a command runs that takes no argument."""
    return lambda argument: run()


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done by typing its name, or by choosing it from the palette."""

    title: str
    """What the palette calls it: `Sort by AGE`."""
    run: Callable[[str], object]
    """Does it, with the argument; "" for none."""
    names: tuple[str, ...] = ()
    """What people type for it; one without a name is only chosen from the palette."""
    argument: str = ""
    """What its argument is called in a sentence: `a namespace`; "" where it takes none."""
    is_needed: bool = False
    """Whether it does nothing without its argument."""
    complete: Callable[[str], Iterable[str]] = field(default=_nothing)
    """Arguments that begin with, or have in them, what was typed of one."""
    check: Callable[[str], object] = field(default=_anything)
    """Raises TuiError for an argument that cannot be one."""
    help: str = ""
    """A sentence beside its title."""
    explain: Callable[[str], str] = field(default=_unexplained)
    """What is said of one of its arguments, in place of that; "" for nothing."""
    in_menu: bool = False
    """Whether it stands in the menu of actions, too, though it changes nothing."""
    key: str = ""
    """How its key is called in a sentence."""
    refusal: str = ""
    """Why it cannot be done just now; "" if it can."""
    subject: str = ""
    """What it would be done to, where that is one thing; the refusal may begin with its name."""
    danger: Danger = "none"


def reason_of(command: Command) -> str:
    """Why it cannot be done, for where it is said already what it would be done to."""
    return command.refusal.removeprefix(f"{command.subject} " if command.subject else "")


class Line(NamedTuple):
    """A line that names a command."""

    command: Command
    name: str
    """The name that was typed."""
    argument: str

    @property
    def text(self) -> str:
        """The line as one would type it."""
        return f"{self.name} {self.argument}" if self.argument else self.name

    def check(self) -> None:
        """Raises: TuiError, with a sentence, for an argument that is wrong, missing or too much."""
        command = self.command
        if self.argument and not command.argument:
            raise UsageError(f"{self.name} takes nothing after it")
        if not self.argument and command.is_needed:
            raise UsageError(f"{self.name} needs {command.argument}")
        if self.argument:
            command.check(self.argument)


def read_line(commands: Iterable[Command], text: str) -> Line | None:
    """The command that a line begins with the name of, and its argument; None for no name.

    Where two have the name, one that takes an argument is meant by whoever types one.
    """
    name, blank, argument = text.lstrip().partition(" ")
    found = [command for command in commands if name.strip() in command.names]
    if blank:
        found.sort(key=lambda command: not command.argument)
    return Line(found[0], name.strip(), argument.strip()) if found else None


def completed(line: Line) -> list[Line]:
    """The lines that a line may become: one for each argument that fits what was typed of it."""
    if not line.command.argument:
        return []
    found = dict.fromkeys(line.command.complete(line.argument))
    return [line._replace(argument=argument) for argument in found if argument != line.argument]


def among(offered: Iterable[str], typed: str) -> list[str]:
    """Those that are meant by what was typed: first those that begin with it."""
    sought = typed.casefold()
    found = [text for text in offered if sought in text.casefold()]
    return sorted(found, key=lambda text: not text.casefold().startswith(sought))


def one_of(offered: Callable[[], Sequence[str]], what: str) -> Callable[[str], None]:
    """A check that takes only what is offered."""

    def check(argument: str) -> None:
        known = offered()
        if argument.casefold() not in {text.casefold() for text in known}:
            raise UsageError(f"there is no {what} {argument}", hint=", ".join(known))

    return check


# --- files ---------------------------------------------------------------------------------------

MOST_FILES = 200
"""Names of a folder that are looked at: nobody chooses among more."""


def files_like(typed: str) -> list[str]:
    """The files and folders whose path begins as it was typed, `~` and all; hidden ones only where
    that is asked for."""
    folder, name = os.path.split(typed)
    found: list[str] = []
    with (
        suppress(OSError, ValueError, RuntimeError),
        os.scandir(Path(folder or ".").expanduser()) as entries,
    ):
        for entry in islice(entries, MOST_FILES * 5):
            is_meant = entry.name.startswith(name) and entry.name.isprintable()
            if is_meant and (name.startswith(".") or not entry.name.startswith(".")):
                ending = "/" if entry.is_dir() else ""
                found.append(os.path.join(folder, entry.name + ending))
    return sorted(found)[:MOST_FILES]


def is_file(typed: str) -> None:
    """A check that there is a file, or a folder of them. Raises: InputError."""
    if typed == "-":
        raise InputError("- is the keyboard here", hint="name a file")
    with suppress(OSError, ValueError, RuntimeError):
        if Path(typed).expanduser().exists():
            return
    raise InputError(f"{typed}: there is no such file")


# --- namespaces ----------------------------------------------------------------------------------


def namespaces_of(argument: str) -> tuple[str, ...]:
    """The namespaces of a list with commas; none for all of them. Raises: InputError."""
    names = tuple(dict.fromkeys(name.strip() for name in argument.split(",")))
    if names == (ALL,):
        return ()
    for name in names:
        fault = typed_fault(name) or ("cannot have a blank in it" if " " in name else "")
        if fault:
            raise InputError(f"the namespace {name} {fault}" if name else f"a namespace {fault}")
    if ALL in names:
        raise InputError(f"{ALL} stands alone: it means every namespace")
    return names


def namespace_of(argument: str) -> str:
    """Just one namespace. Raises: InputError."""
    names = namespaces_of(argument)
    if len(names) != 1:
        raise InputError("one namespace at a time")
    return names[0]


def namespaces_like(known: Iterable[str], typed: str) -> list[str]:
    """What a list with commas may become: its last name completed, none of them twice."""
    before, comma, last = typed.rpartition(",")
    had = {name.strip() for name in before.split(",")}
    offered = [name for name in known if name not in had]
    if not comma:
        offered.append(ALL)
    return [f"{before}{comma}{name}" for name in among(offered, last.strip())]
