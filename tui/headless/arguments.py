"""What the words of a command line may be: checked before anything is asked or made of them.

An unset variable in a script is an empty word. Taken as "not given" it would widen what a command
is about, from one namespace to that of the context or from one label to all workflows; so it is
refused, for every flag whose value says which. Words that are not UTF-8 can only be files.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from tui.domain.names import is_utf8, typed_fault
from tui.errors import UsageError

MAY_BE_EMPTY = frozenset({"-m", "--message", "-p", "--parameter"})
"""Flags whose value is a text of its own: it does not say which object is meant."""

FILES = frozenset({"files", "file", "kubeconfig", "parameter_file"})
"""Where the parsed arguments hold file names, which may be any bytes but none."""


def name(word: str) -> str:
    """The type of an argument that names an object. Raises: UsageError."""
    fault = typed_fault(word)
    if fault:
        raise UsageError(f"a name {fault}{_shown(word)}")
    return word


def file(word: str) -> str:
    """The type of an argument that names a file. Raises: UsageError."""
    if not word:
        raise UsageError("a file name is empty")
    return word


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add `-f FILE…`: workflows out of files instead of a cluster."""
    parser.add_argument(
        "-f",
        "--file",
        nargs="+",
        action="extend",
        type=file,
        default=[],
        metavar="FILE",
        help="saved workflows, YAML or JSON, `-` for stdin; no cluster is asked",
    )


def check_flags(words: Sequence[str]) -> None:
    """Refuse flags with an empty value. Raises: UsageError that says which one."""
    for before, word in zip(["", *words], words, strict=False):
        if word == "--":
            return
        flag, mark, value = word.partition("=")
        if mark and not value and flag.startswith("--") and flag not in MAY_BE_EMPTY:
            raise _empty(flag)
        if not word and before.startswith("-") and before not in (*MAY_BE_EMPTY, "-"):
            raise _empty(before)


def check_texts(args: argparse.Namespace) -> None:
    """Refuse what is not UTF-8 anywhere but in the name of a file. Raises: UsageError."""
    for key, value in vars(args).items():
        for word in value if isinstance(value, list | tuple) else (value,):
            if key not in FILES and isinstance(word, str) and not is_utf8(word):
                raise UsageError(f"an argument is not UTF-8{_shown(word)}")


def _empty(flag: str) -> UsageError:
    return UsageError(f"the value of {flag} is empty", hint="give it one, or leave the flag away")


def _shown(word: str) -> str:
    """The word as a sentence shows it; bytes that are not UTF-8 as `\\xff`."""
    text = os.fsencode(word).decode("utf-8", "backslashreplace") if word else ""
    return f": {text}" if text else ""
