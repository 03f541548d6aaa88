"""What the words of a command line may be: checked before anything is asked or made of them.

An unset variable in a script is an empty word. Taken as "not given" it would widen what a command
is about, from one namespace to that of the context or from one label to all workflows; so it is
refused, for every flag whose value says which. Words that are not UTF-8 can only be files.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from tui.domain.incident import SUFFIX
from tui.domain.names import is_utf8, typed_fault
from tui.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MAY_BE_EMPTY = frozenset({"-m", "--message", "-p", "--parameter", "--path"})
"""Flags whose value may be any text."""

USUAL_COLUMNS = 80
"""Where no terminal says how wide it is."""

FILES = frozenset({"files", "file", "kubeconfig", "parameter_file", "paths", "target"})
"""Parsed arguments that hold file names, which may be any non-empty bytes."""


class Help(argparse.HelpFormatter):
    """Help as wide as the terminal. argparse makes one of these for each flag that is added, and
    would import `shutil` for that, and with it all that unpacks archives."""

    def __init__(
        self,
        prog: str,
        indent_increment: int = 2,
        max_help_position: int = 24,
        width: int | None = None,
    ) -> None:
        super().__init__(prog, indent_increment, max_help_position, width or _columns() - 2)


class WrittenHelp(Help, argparse.RawDescriptionHelpFormatter):
    """The same, its texts as they are written."""


def _columns() -> int:
    """Columns that help has: those of the terminal, whatever the environment says of them."""
    try:
        return os.get_terminal_size(1).columns or USUAL_COLUMNS
    except OSError:
        return USUAL_COLUMNS


class Parser(argparse.ArgumentParser):
    """A parser that says so when its help cannot be written; argparse would say nothing. Where a
    file stands without the flag that reads it, it names that."""

    def __init__(self, **given: Any) -> None:
        """Takes what argparse takes."""
        super().__init__(**{"formatter_class": Help, **given})
        self._plain: dict[str, str] = {}
        """What stands in for a word behind `--` while all are read → that word."""

    def parse_words(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments; flags may stand between names, `logs NAME -n argo STEP`, and no word
        behind `--` is a flag.

        argparse forgets the latter where flags may stand between names, and `delete -- --all` would
        delete all. So something that is no flag stands in for each of them, until it is taken for
        an argument.
        """
        if self._subparsers is not None:
            return self.parse_args(words)
        at = words.index("--") if "--" in words else len(words)
        self._plain = {f"\0{index}": word for index, word in enumerate(words[at + 1 :])}
        positionals = self._get_positional_actions()
        converters = [action.type for action in positionals]
        for action in positionals:
            action.type = self._of_word(action.type)
        try:
            return self.parse_intermixed_args([*words[:at], *self._plain])
        finally:
            for action, convert in zip(positionals, converters, strict=True):
                action.type = convert

    def _of_word(self, convert: Any) -> Callable[[str], Any]:
        """What makes an argument of the word that something may stand in for."""

        def converted(text: str) -> Any:
            word = self._plain.get(text, text)
            return convert(word) if convert is not None else word

        converted.__name__ = getattr(convert, "__name__", "text")
        return converted

    def error(self, message: str) -> NoReturn:
        for stand_in, word in self._plain.items():
            message = message.replace(stand_in, word)
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        reads = "-f" in self._option_string_actions
        if unknown != message and reads and os.path.isfile(unknown):
            message = f"{message}\nhint: {self.prog} -f {unknown} reads a file"
        super().error(message)

    def count_plain(self, words: Sequence[str]) -> int:
        """How many of these words are neither flags nor values of flags."""
        count, waits = 0, False
        for at, word in enumerate(words):
            if word == "--":
                return count + len(words) - at - 1
            if word.startswith("-") and word != "-":
                action = self._option_string_actions.get(word)
                waits = action is not None and action.nargs != 0
                continue
            count += not waits
            waits = False
        return count

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        if file is not None:
            super().print_help(file)
        else:
            _print(self.format_help())


class Version(argparse.Action):
    """A flag that prints what program this is and ends it; for the same reason."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        more = "print the version, its commit, Python and Textual"
        super().__init__(option_strings, dest, nargs=0, help=more)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from tui.headless.version import version_line

        _print(f"{version_line()}\n")
        parser.exit()


def _print(text: str) -> None:
    from tui.headless.output import flush, write

    write(text)
    flush()


LATEST = "@latest"
"""Stands for the workflow that was created last."""


def is_incident(word: str) -> bool:
    """Whether a word is the file of an incident, which stands for the run in it."""
    return word.endswith(SUFFIX) and os.path.isfile(word)


def name(word: str) -> str:
    """Check an argument that names an object (a `type` for argparse). Raises: UsageError.

    The file of an incident stands for the run in it.
    """
    if is_incident(word):
        return word
    if word.startswith("@") and word != LATEST:
        raise UsageError(
            f"nothing is called{_shown(word)}",
            hint=f"{LATEST} is the workflow that was created last; other words with @ mean nothing",
        )
    fault = typed_fault(word)
    if fault:
        raise UsageError(f"a name {fault}{_shown(word)}")
    return word


def file(word: str) -> str:
    """Check an argument that names a file (a `type` for argparse). Raises: UsageError."""
    if not word:
        raise UsageError("a file name is empty")
    return word


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add `-f FILE…`, which reads workflows from files instead of a cluster."""
    parser.add_argument(
        "-f",
        "--file",
        nargs="+",
        action="extend",
        type=file,
        default=[],
        metavar="FILE",
        help="saved workflows, YAML or JSON, `-` for stdin, instead of a cluster",
    )


def add_connection_again(parser: argparse.ArgumentParser) -> None:
    """Accept the global flags after the word of a sub-command as well."""
    absent = argparse.SUPPRESS
    for flag in ("--kubeconfig", "--context", "--instanceid", "--as", "--as-uid"):
        dest = "as_user" if flag == "--as" else flag[2:].replace("-", "_")
        parser.add_argument(flag, dest=dest, default=absent, help=absent)
    parser.add_argument("-n", "--namespace", default=absent, help=absent)
    parser.add_argument("-A", "--all-namespaces", action="store_true", default=absent, help=absent)
    for flag in ("--demo", "--ascii", "--read-only"):
        parser.add_argument(flag, action="store_true", default=absent, help=absent)


def check_flags(words: Sequence[str]) -> None:
    """Refuse flags with an empty value. Raises: UsageError naming the flag."""
    for before, word in zip(["", *words], words, strict=False):
        if word == "--":
            return
        flag, mark, value = word.partition("=")
        if mark and not value and flag.startswith("--") and flag not in MAY_BE_EMPTY:
            raise _empty(flag)
        if not word and before.startswith("-") and before not in (*MAY_BE_EMPTY, "-"):
            raise _empty(before)


def check_texts(args: argparse.Namespace) -> None:
    """Refuse arguments that are not UTF-8, except for file names. Raises: UsageError."""
    for key, value in vars(args).items():
        for word in value if isinstance(value, list | tuple) else (value,):
            if key not in FILES and isinstance(word, str) and not is_utf8(word):
                raise UsageError(f"an argument is not UTF-8{_shown(word)}")


def _empty(flag: str) -> UsageError:
    return UsageError(f"the value of {flag} is empty", hint="give it a value, or leave it out")


def _shown(word: str) -> str:
    """The word as it is shown in a message; bytes that are not UTF-8 as `\\xff`."""
    text = os.fsencode(word).decode("utf-8", "backslashreplace") if word else ""
    return f": {text}" if text else ""
