"""The command line: flags → settings → the app, or a command that prints.

Nothing heavy is imported before it is known to be needed. `main` may be called again and again in
one process: it keeps nothing, writes to the streams of the moment and always returns.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, NoReturn, TextIO

from tui import __version__
from tui.errors import TuiError, UsageError
from tui.headless import COMMANDS
from tui.headless.arguments import check_flags, check_texts, file
from tui.settings import Settings, read_settings

DEMO_CLUSTER = "demo-cluster"
INTERRUPTED = 130


def entry() -> NoReturn:
    """The console script."""
    # Imports and lists make hundreds of thousands of objects that stay; Python would look through
    # them for rubbish again and again, for a tenth of the time it takes to start.
    gc.set_threshold(100_000, 20, 50)
    code = main()
    # What cannot be written is not tried again at the end, which would change the exit code.
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _forget(stream)
    # The end of the process frees everything; looking for rubbish before that takes 10 ms.
    gc.freeze()
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        _flush()
    except TuiError as error:
        return _told(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget(sys.stdout)
        return 0
    except SystemExit as leaving:
        # argparse leaves like this, after having said why.
        return leaving.code if isinstance(leaving.code, int) else 0
    return code


def _told(error: TuiError) -> int:
    from tui.headless.output import OutputError, say

    if isinstance(error, OutputError):
        _forget(sys.stdout)
    say(f"argo-tui: {error.what}")
    if error.hint:
        say(f"hint: {error.hint}")
    return error.exit_code


def _flush() -> None:
    """What is still in the buffer may find a full disk, too."""
    from tui.headless.output import flush

    # None where it was closed; who had something to print has said so.
    if sys.stdout is not None:
        flush()


def _forget(stream: TextIO | None) -> None:
    """Nobody reads it; Python would complain once more when it flushes at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        if stream is not None:
            os.dup2(nothing, stream.fileno())
        os.close(nothing)


def _run(words: list[str]) -> int:
    check_flags(words)
    name, rest = _command(words)
    if name == DEMO_CLUSTER:
        return _run_demo_cluster(rest)
    if name:
        return _run_headless(name, rest)
    args = app_parser().parse_args(rest)
    check_texts(args)
    return _run_app(read_settings(vars(args)))


def _run_app(settings: Settings) -> int:
    """The app in this terminal; workflows may come out of a pipe meanwhile."""
    if "-" not in settings.files:
        return _run_in_terminal(settings)
    from tui.terminal.piped import keys_from_terminal

    with keys_from_terminal():
        return _run_in_terminal(settings)


def _run_in_terminal(settings: Settings) -> int:
    """The app. A list is asked for while Textual is imported; a demo begins once it is painted."""
    from tui.ports.connection import Connection
    from tui.sources import open_source
    from tui.terminal.capabilities import this_terminal
    from tui.terminal.environment import check_log, prepare

    capabilities = this_terminal(ascii_only=settings.ascii, mouse=settings.mouse)
    _check_demo(settings)
    if capabilities.advice:
        raise UsageError(capabilities.advice)
    check_log(os.environ)
    prepare(capabilities)
    with contextlib.ExitStack() as demos:
        opened = _opened_early(settings)
        for source in opened:
            demos.callback(source.close)

        def connect(demo: bool) -> Connection:
            if not (demo or settings.demo):
                return opened.pop() if opened else open_source(settings)
            child: Any = import_module("tui.demo.child")
            running = demos.enter_context(child.start())
            return open_source(in_demo(settings, str(running.kubeconfig)))

        return int(import_module("tui.app").run(settings, connect, capabilities))


def in_demo(settings: Settings, kubeconfig: str) -> Settings:
    """The settings for the demo cluster of this kubeconfig.

    Somebody who only turned to the demo named context and namespace of another cluster.
    """
    if settings.demo:
        return replace(settings, kubeconfig=kubeconfig)
    return replace(settings, kubeconfig=kubeconfig, context="", namespace="", files=())


def _opened_early(settings: Settings) -> list[Any]:
    """The source, asked for its list already; none where it is not for sure what is wanted."""
    from tui.domain.workflow import WORKFLOW_RESOURCE
    from tui.sources import open_source, scope_of

    if settings.demo or settings.files:
        return []
    try:
        return [
            open_source(
                settings, ahead=lambda place: (WORKFLOW_RESOURCE, scope_of(settings, place))
            )
        ]
    except TuiError:
        # Said by the app, which tries it again once there is a screen to say it on.
        return []


def _command(words: list[str]) -> tuple[str, list[str]]:
    """The command among the words and everything else; "" for the app.

    Flags of ours may stand before the command, `argo-tui --demo list`, so the first word that is
    neither a flag nor the value of one decides.
    """
    at = 0
    while at < len(words):
        word = words[at]
        if word in VALUED:
            at += 2
        elif word.startswith("-") and word != "-":
            at += 1
        elif word in COMMANDS or word == DEMO_CLUSTER:
            return word, words[:at] + words[at + 1 :]
        else:
            return "", words
    return "", words


VALUED = frozenset({"--kubeconfig", "--context", "-n", "--namespace", "--instanceid"})
"""Our flags before a command that take the next word with them."""


def headless_parser(name: str) -> argparse.ArgumentParser:
    """The arguments of a command that prints."""
    module, said = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"argo-tui {name}", description=said, allow_abbrev=False)
    _add_connection(parser)
    command: Any = import_module(module)
    command.configure(parser)
    return parser


def _parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """The arguments; flags may stand between names, `logs NAME -n argo STEP`.

    Raises: UsageError for one that is not text.
    """
    try:
        args = parser.parse_intermixed_args(words)
    except TypeError:
        # argparse says so of a parser that has verbs, before it reads anything.
        args = parser.parse_args(words)
    check_texts(args)
    return args


def _run_headless(name: str, words: list[str]) -> int:
    args = _parsed(headless_parser(name), words)
    command: Any = import_module(COMMANDS[name][0])
    flags = {key: value for key, value in vars(args).items() if key != "files"}
    with _connected(read_settings(flags)) as settings:
        return int(command.run(args, settings))


def _run_demo_cluster(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog=f"argo-tui {DEMO_CLUSTER}",
        description="serve the demo cluster until ctrl-C",
        allow_abbrev=False,
    )
    command: Any = import_module("tui.demo.command")
    command.configure(parser)
    return int(command.run(parser.parse_args(words), read_settings({})))


@contextlib.contextmanager
def _connected(settings: Settings) -> Iterator[Settings]:
    """The settings, pointing to a demo cluster of our own if one was asked for."""
    if not settings.demo:
        yield settings
        return
    _check_demo(settings)
    child: Any = import_module("tui.demo.child")
    with child.start() as demo:
        yield replace(settings, kubeconfig=str(demo.kubeconfig))


def _check_demo(settings: Settings) -> None:
    """Whoever names another cluster as well is told, and who has not installed the demo."""
    other = "--kubeconfig" if settings.kubeconfig else "FILE" if settings.files else ""
    if settings.demo and other:
        raise UsageError(f"--demo and {other} are two different places: leave one of them out")
    if settings.demo:
        extra: Any = import_module("tui.demo.extra")
        extra.check_installed()


def app_parser() -> argparse.ArgumentParser:
    """The arguments of the app itself."""
    commands = "\n".join(f"  {name:<14}{said}" for name, (_, said) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="argo-tui",
        description="A terminal UI for Argo Workflows.",
        epilog=f"commands:\n{commands}\n  {DEMO_CLUSTER:<14}serve a made-up cluster",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        type=file,
        metavar="FILE",
        help="saved workflows to look at, `-` for stdin",
    )
    add("--version", action="version", version=f"argo-tui {__version__}")
    _add_connection(parser)
    add("--no-diff", action="store_true", help="let Textual write to the terminal by itself")
    add("--mouse", action="store_true", help="take clicks (the terminal cannot select then)")
    return parser


def _add_connection(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--demo", action="store_true", help="start a demo cluster and connect to it")
    add("--kubeconfig", default="", metavar="FILE", help="instead of KUBECONFIG or ~/.kube/config")
    add("--context", default="", help="a context of the kubeconfig")
    add("-n", "--namespace", default="", help="instead of ARGO_NAMESPACE or the context's own")
    add("-A", "--all-namespaces", action="store_true", help="whatever their namespace")
    add("--instanceid", default="", help="whose workflows: the controller's instance id")
    add("--read-only", action="store_true", help="refuse every change to the cluster")
    add("--ascii", action="store_true", help="nothing beyond ASCII")
