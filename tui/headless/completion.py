"""Completion of the command line in bash, zsh and fish.

`argo-tui completion SHELL` prints a script for a shell, which asks `argo-tui completion --words` at
each Tab: that prints what the last word may become, a line each, or `:files` where files are meant.
Contexts come from the kubeconfig, namespaces and names from the cluster. Whatever is slow or wrong
there is nothing but no answer: a shell waits for it, with a line half typed.
"""

from __future__ import annotations

import argparse
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, redirect_stderr, suppress
from dataclasses import replace
from io import StringIO
from typing import Any

from tui.headless.output import write
from tui.settings import Settings

WITHIN = 2.0
"""Seconds after which no answer is waited for."""
FILES = ":files"
"""The answer where names of files stand."""
SAFE = re.compile(r"[\w.:@/+=,-]+")
"""What a shell takes as it stands; nothing else of a cluster or a kubeconfig is offered."""
NAMES = {
    "open": "wf",
    **dict.fromkeys(("get", "watch", "wait", "resubmit", "retry", "stop", "terminate"), "wf"),
    **dict.fromkeys(("suspend", "resume", "set", "delete", "logs", "artifacts", "cp"), "wf"),
    "cron": "cron",
    "template": "wftmpl",
    "cluster-template": "cwftmpl",
}
"""Command → id of the kind whose names it takes."""
ONE_NAME = frozenset({"logs", "artifacts", "cp", "set", "open"})
"""Commands whose first name is followed by something else."""

BASH = r"""# argo-tui: eval "$(argo-tui completion bash)" in ~/.bashrc
_argo_tui() {
    local line="${COMP_LINE:0:COMP_POINT}" cur="" found
    local -a words
    read -ra words <<< "$line"
    [[ "$line" == *[[:blank:]] ]] && words+=("")
    cur="${words[-1]}"
    COMPREPLY=()
    mapfile -t found < <(argo-tui completion --words "${words[@]:1}" </dev/null 2>/dev/null)
    if [[ "${found[0]}" == ":files" ]]; then
        compopt -o default
        return
    fi
    # What stands before a break of readline stays as it is typed.
    COMPREPLY=("${found[@]#"${cur%"${cur##*[:=]}"}"}")
    [[ "${#found[@]}" == 1 && "${found[0]}" == *= ]] && compopt -o nospace
}
complete -F _argo_tui argo-tui
"""
ZSH = r"""#compdef argo-tui
# argo-tui: eval "$(argo-tui completion zsh)" in ~/.zshrc, after compinit
_argo_tui() {
    local -a found typed
    typed=("${(@)words[2,CURRENT-1]}" "$PREFIX")
    found=("${(@f)$(argo-tui completion --words "${typed[@]}" </dev/null 2>/dev/null)}")
    if [[ "$found[1]" == ":files" ]]; then
        _files
    elif [[ -n "$found[1]" ]]; then
        compadd -- "${found[@]}"
    fi
}
compdef _argo_tui argo-tui
"""
FISH = r"""# argo-tui: argo-tui completion fish | source, in ~/.config/fish/config.fish
function __argo_tui
    set -l words (commandline -opc)
    set -e words[1]
    set -l cur (commandline -ct)
    set -l found (argo-tui completion --words $words "$cur" </dev/null 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path "$cur"
    else
        string join \n -- $found
    end
end
complete -c argo-tui -f -a '(__argo_tui)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("shell", choices=tuple(SCRIPTS), help="whose script is printed")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the script."""
    write(SCRIPTS[args.shell])
    return 0


# --- what a word may become ----------------------------------------------------------------------


def complete(
    words: Sequence[str],
    *,
    split: Callable[[list[str]], tuple[str, list[str]]],
    parser_of: Callable[[str], argparse.ArgumentParser],
    settings_of: Callable[[list[str]], Settings],
    commands: Iterable[str],
) -> None:
    """Print what the last of the words may become, within `WITHIN` seconds.

    `split` finds the command among words, `parser_of` gives its parser ("" is the app's), and
    `settings_of` reads the settings that flags before the last word lead to.
    """
    found: list[str] = []

    def find() -> None:
        # argparse exits where words are wrong; a cluster may answer anything.
        with suppress(Exception, SystemExit), redirect_stderr(StringIO()):
            each = _candidates(words, split, parser_of, settings_of, commands)
            found.extend(dict.fromkeys(each))

    # A daemon: nobody waits for it at the end of the process either.
    looking = threading.Thread(target=find, name="completing", daemon=True)
    looking.start()
    looking.join(WITHIN)
    write("".join(f"{line}\n" for line in list(found)))


def _candidates(
    words: Sequence[str],
    split: Callable[[list[str]], tuple[str, list[str]]],
    parser_of: Callable[[str], argparse.ArgumentParser],
    settings_of: Callable[[list[str]], Settings],
    commands: Iterable[str],
) -> Iterator[str]:
    *before, typed = words or [""]
    name, rest = split(before)
    parser, word = _inner(parser_of(name), rest)
    flag, sign, value = typed.partition("=")
    if sign and flag.startswith("--"):
        action = _flag(parser, flag)
        prefix = f"{flag}="
    else:
        action = _flag(parser, before[-1]) if before else None
        prefix, value = "", typed
    if action is not None and action.nargs != 0:
        flags = before if prefix else before[:-1]
        offered = _of_flag(action, value, lambda: settings_of(flags))
        yield from (each if each == FILES else prefix + each for each in offered)
    elif typed.startswith("-"):
        yield from (each for each in _flags(parser) if each.startswith(typed))
    elif not name:
        yield from _matching(commands, typed) or [FILES]
    else:
        given = _positionals(parser, rest)
        if word:
            given.remove(word)
        yield from _of_command(name, parser, given, typed, lambda: settings_of(before))


def _matching(offered: Iterable[str], typed: str) -> list[str]:
    return [each for each in offered if each.startswith(typed) and SAFE.fullmatch(each)]


def _of_flag(
    action: argparse.Action, typed: str, settings: Callable[[], Settings]
) -> Iterable[str]:
    if action.choices is not None:
        return _matching(map(str, action.choices), typed)
    known = {"context": _contexts, "namespace": _namespaces}.get(action.dest)
    if known is None:
        return [FILES] if action.metavar == "FILE" else []
    before, comma, last = typed.rpartition(",")
    had = before.split(",")
    names = (each for each in known(settings()) if each not in had)
    return [f"{before}{comma}{each}" for each in _matching(names, last)]


def _of_command(
    name: str,
    parser: argparse.ArgumentParser,
    given: Sequence[str],
    typed: str,
    settings: Callable[[], Settings],
) -> Iterable[str]:
    """What comes after the words that were given to a command."""
    fixed = [action for action in _actions(parser) if not action.option_strings]
    if fixed and fixed[0].choices is not None and not given:
        return _matching(map(str, fixed[0].choices), typed)
    if fixed and fixed[0].choices is not None:
        given = given[1:]
    kind = NAMES.get(name)
    if kind is None:
        takes_files = any(action.metavar == "FILE" for action in fixed) or name in (
            "submit",
            "lint",
        )
        return [FILES] if takes_files else []
    if name in ONE_NAME and given:
        return [FILES] if name == "cp" else []
    above, slash, _ = typed.rpartition("/")
    if name == "open" and slash and "/" not in above:
        names = _names(kind, replace(settings(), namespace=above, all_namespaces=False))
        return _matching((f"{above}/{each}" for each in names), typed)
    return [each for each in _matching(_names(kind, settings()), typed) if each not in given]


def _inner(
    parser: argparse.ArgumentParser, words: Sequence[str]
) -> tuple[argparse.ArgumentParser, str]:
    """The parser of a command's own command, `cron get`, and its name; else the same, and ""."""
    given = _positionals(parser, words)
    for action in _actions(parser):
        inner = action.choices
        if isinstance(inner, dict) and given and given[0] in inner:
            return inner[given[0]], given[0]
    return parser, ""


def _positionals(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """The words that are neither flags nor values of flags."""
    found, is_value = [], False
    for word in words:
        if is_value:
            is_value = False
        elif word.startswith("-") and word != "-":
            action = _flag(parser, word)
            is_value = action is not None and action.nargs != 0
        else:
            found.append(word)
    return found


def _actions(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    """What argparse knows of a parser; it has no public way to ask."""
    known: Any = getattr(parser, "_actions", ())
    return list(known)


def _flags(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in _actions(parser):
        yield from (each for each in action.option_strings if each.startswith("--"))


def _flag(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    return next((each for each in _actions(parser) if word in each.option_strings), None)


# --- what there is -------------------------------------------------------------------------------


def _contexts(settings: Settings) -> Iterable[str]:
    from tui.sources.contexts import KubeconfigContexts

    return [entry.name for entry in KubeconfigContexts(lambda: settings).entries()]


def _namespaces(settings: Settings) -> Iterable[str]:
    from tui.ports.connection import offered
    from tui.ports.namespaces import Namespaces
    from tui.sources import open_source

    with closing(open_source(settings)) as source:
        return offered(source, Namespaces).namespaces()


def _names(kind: str, settings: Settings) -> Iterable[str]:
    """Names of objects of a kind; those that were created last come first."""
    from tui.kinds.registry import KINDS
    from tui.ports.collections import Collections
    from tui.ports.connection import offered
    from tui.sources import open_source, scope_of

    with closing(open_source(settings)) as source:
        scope = scope_of(settings, source.place)
        listed = offered(source, Collections).read_all(KINDS[kind], scope, lambda part, error: None)
        latest = sorted(
            listed, key=lambda each: each.metadata.creation_timestamp or "", reverse=True
        )
        return [each.metadata.name for each in latest]
