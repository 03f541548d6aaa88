"""The command line: flags → settings → the app, or a command that prints.

Heavy modules are imported only when they are needed. `main` may be called several times in one
process: it keeps no state, writes to the current streams and always returns.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from tui.domain.incident import RECORDING, SUFFIX
from tui.errors import TuiError, UsageError
from tui.headless import COMMANDS, command
from tui.headless.arguments import (
    LATEST,
    Parser,
    Version,
    WrittenHelp,
    check_flags,
    check_texts,
    file,
    is_incident,
)
from tui.keys import KEYS
from tui.settings import Settings, config_file, read_settings

if TYPE_CHECKING:
    from tui.ports.connection import Place
    from tui.sources.paths import Wanted

DEMO_CLUSTER = "demo-cluster"
OPEN = "open"
"""The command that begins on a place."""
TELLS_FAULTS = ("config", "doctor")
"""The commands that say themselves what is wrong with the settings file."""
INTERRUPTED = 130


def entry(interrupts: AbstractContextManager[None] | None = None) -> NoReturn:
    """The console script; inside of `interrupts` an interrupt is a KeyboardInterrupt."""
    # Imports and lists create hundreds of thousands of objects that stay. Collecting garbage among
    # them again and again would take a tenth of the start time.
    gc.set_threshold(100_000, 20, 50)
    code = main(interrupts=interrupts)
    # Python would flush again when it exits, and an error there would change the exit code.
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _forget(stream)
    # The process frees everything when it ends; collecting garbage before that takes 10 ms.
    gc.freeze()
    sys.exit(code)


def main(
    argv: Sequence[str] | None = None,
    *,
    interrupts: AbstractContextManager[None] | None = None,
) -> int:
    """Run one command line; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with interrupts or contextlib.nullcontext():
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
        # argparse exits like this, after it has printed why.
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
    """Flush stdout, which may fail on a full disk."""
    from tui.headless.output import flush

    # It is None if it was closed; a command that had output has reported that.
    if sys.stdout is not None:
        flush()


def _forget(stream: TextIO | None) -> None:
    """Redirect a broken stream to /dev/null, so that Python does not fail to flush it at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        if stream is not None:
            os.dup2(nothing, stream.fileno())
        os.close(nothing)


def _run(words: list[str]) -> int:
    if words[:2] == ["completion", "--words"]:
        return _complete(words[2:])
    words = [each for word in words for each in _demo_of(word)]
    check_flags(words)
    name, rest = _command(words)
    if name == DEMO_CLUSTER:
        return _run_demo_cluster(rest)
    if name == OPEN:
        return _run_open(rest)
    if name:
        return _run_headless(name, rest)
    if rest[:1] == ["version"] and not os.path.lexists("version"):
        rest[0] = "--version"
    if rest[:1] == ["help"] and not os.path.lexists("help"):
        return _help(rest[1:])
    parser = app_parser()
    args, unknown = parser.parse_known_args(rest)
    check_texts(args)
    if unknown:
        # A flag after a word that is no command is one of that command, and says nothing itself.
        first = next(iter(args.files), "")
        at = rest.index(unknown[0]) if unknown[0] in rest else 0
        if first in rest[:at] and not _is_place(first):
            _check_files([first])
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if args.record and args.files:
        raise UsageError("what is in files is not recorded: --record is for clusters")
    if len(args.files) == 1 and _is_place(args.files[0]):
        return _run_open(rest)
    _check_files(args.files)
    return _run_app(_settings(vars(args), screens=True))


def _demo_of(word: str) -> tuple[str, ...]:
    """`--demo=FILE` is the demo with the scene of a file."""
    flag, mark, scene = word.partition("=")
    return ("--demo", f"--scene={scene}") if mark and scene and flag == "--demo" else (word,)


def _is_place(word: str) -> bool:
    """Whether a word is a place, not a file: NAMESPACE/NAME, or an address of Argo's pages."""
    from tui.domain.links import is_address, is_short

    return (is_short(word) or is_address(word)) and not os.path.lexists(word)


def _run_open(words: list[str]) -> int:
    """Run the app on the place that is named."""
    from tui.domain.links import PANES

    args = _parsed(open_parser(), words)
    settings = _settings({**vars(args), "pane": PANES.get(args.pane, "")}, screens=True)
    return _run_app(at_place(settings))


def open_parser() -> Parser:
    """The arguments of `open`."""
    from tui.domain.links import PANES

    parser = Parser(
        prog=f"argo-tui {OPEN}",
        description="open the app on a workflow, a step, a list, or a link of Argo's web pages",
        allow_abbrev=False,
    )
    _add_app(parser)
    parser.add_argument(
        "opens",
        type=file,
        metavar="[CONTEXT/][NAMESPACE/]NAME[/STEP]",
        help="a place, as C copies it; @latest, @latest-failed; a template or cron for its last "
        "run; an address of Argo's web pages",
    )
    parser.add_argument(
        "--pane", choices=tuple(PANES), default="", metavar="PANE", help="logs, summary, yaml, …"
    )
    return parser


def at_place(settings: Settings) -> Settings:
    """The settings with the context and the namespace of the place that is opened.

    Raises: InputError where it can be no place.
    """
    from tui.domain.links import readings
    from tui.domain.names import ALL

    known: list[str] = []
    if "/" in settings.opens and not settings.demo:
        from tui.sources.contexts import KubeconfigContexts

        with contextlib.suppress(TuiError):
            known = [each.name for each in KubeconfigContexts(lambda: settings).entries()]
    links = readings(settings.opens, known)
    first = links[0]
    context = first.context or _context_of(first.host, settings)
    if context and settings.context not in ("", context):
        raise UsageError(f"the place is on {context}, and --context is {settings.context}")
    if context and not settings.demo:
        settings = replace(settings, context=context)
    is_asked = settings.namespace or settings.all_namespaces
    if is_asked or not (first.is_list or len(links) == 1):
        return settings
    if first.namespace == ALL:
        return replace(settings, all_namespaces=True)
    return replace(settings, namespace=first.namespace)


def _context_of(host: str, settings: Settings) -> str:
    """The context whose Argo Server has this address, by the settings; "" for none."""
    from urllib.parse import urlsplit

    for name in settings.server_places if host else ():
        address = settings.for_place(name).server.address
        there = urlsplit(address if "://" in address else f"https://{address}").netloc.lower()
        if there.removesuffix(":443") == host.removesuffix(":443"):
            return name
    return ""


def _complete(words: list[str]) -> int:
    """Print what the last of these words may become, for a script of `completion`."""
    completion: Any = import_module("tui.headless.completion")

    def settings_of(before: list[str]) -> Settings:
        parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
        _add_connection(parser)
        return _settings(vars(parser.parse_known_args(before)[0]))

    completion.complete(
        words,
        split=_command,
        parser_of=_parser_of,
        settings_of=settings_of,
        commands=(*COMMANDS, DEMO_CLUSTER, OPEN),
    )
    return 0


def _parser_of(name: str) -> argparse.ArgumentParser:
    if name == OPEN:
        return open_parser()
    return headless_parser(name) if name in COMMANDS else app_parser()


def _settings(flags: Mapping[str, Any], *, screens: bool = False) -> Settings:
    """The settings, those of the file included; rows about screens only where they are wanted."""
    if not os.path.lexists(config_file(os.environ)):
        return read_settings(flags)
    config: Any = import_module("tui.config")
    return read_settings(flags, file=config.read_config(screens=screens).settings())


def _help(words: list[str]) -> int:
    """`help`, or `help COMMAND`."""
    if not words:
        return _run(["--help"])
    if words[0] not in (*COMMANDS, DEMO_CLUSTER, OPEN):
        raise _no_command(words[0])
    return _run([words[0], "--help"])


def _check_files(words: Sequence[str]) -> None:
    """Refuse words that are no files: most are commands, mistyped or of other programs.

    Raises: UsageError with the nearest command.
    """
    for word in words:
        if word != "-" and not os.path.lexists(word):
            raise _no_command(word)


def _no_command(word: str) -> UsageError:
    from tui.domain.names import alike
    from tui.domain.text import clean

    near = alike(word, (*COMMANDS, DEMO_CLUSTER, OPEN))
    meant = f"; did you mean {near}?" if near else ""
    printable = clean(os.fsencode(word).decode("utf-8", "backslashreplace"))
    return UsageError(
        f"{printable} is neither a file nor a command{meant}",
        hint=f"the commands are {', '.join((*COMMANDS, DEMO_CLUSTER, OPEN))}",
    )


def _run_app(settings: Settings) -> int:
    """Run the app in this terminal, also while workflows are read from stdin."""
    if "-" not in settings.files:
        return _run_in_terminal(settings)
    from tui.terminal.piped import keys_from_terminal

    with keys_from_terminal():
        return _run_in_terminal(settings)


def _run_in_terminal(settings: Settings) -> int:
    """Run the app. The list is requested while Textual is imported; a demo starts after that."""
    from tui.ports.connection import Connection
    from tui.ports.reading import FilesRead
    from tui.ports.terminal import TERMINAL
    from tui.sources import open_source
    from tui.sources.contexts import KubeconfigContexts
    from tui.terminal.capabilities import this_terminal
    from tui.terminal.environment import check_log, prepare

    capabilities = this_terminal(ascii_only=settings.ascii, mouse=settings.mouse)
    _check_demo(settings)
    settings = _of_contexts(settings)
    if capabilities.advice:
        raise UsageError(capabilities.advice)
    check_log(os.environ)
    prepare(capabilities, theme=settings.theme)
    # Before anything is imported that has bindings.
    KEYS.use(settings.key_preset)
    KEYS.remap(settings.keys)
    with TERMINAL.of_app(), contextlib.ExitStack() as demos:
        opened = _opened_early(settings)
        for source in opened:
            demos.callback(source.close)

        running: list[Any] = []
        reading = FilesRead()

        def connect(demo: bool) -> Connection:
            if not (demo or settings.demo):
                return opened.pop() if opened else open_source(settings, reading=reading)
            return open_source(in_demo(settings, start_demo()))

        def start_demo() -> str:
            """The kubeconfig of the demo cluster, which is started once."""
            if not running:
                child: Any = import_module("tui.demo.child")
                scenes = demos.enter_context(_scenes(settings.scenes))
                running.append(demos.enter_context(child.start(scenes=scenes)))
            return str(running[0].kubeconfig)

        def of_kubeconfig() -> Settings:
            return in_demo(settings, start_demo()) if settings.demo else settings

        contexts = KubeconfigContexts(of_kubeconfig)
        app = import_module("tui.app")
        return int(app.run(settings, connect, capabilities, contexts, reading))


def in_demo(settings: Settings, kubeconfig: str) -> Settings:
    """The settings for the demo cluster of this kubeconfig.

    When the demo was started from within the app, context and namespace belong to another cluster.
    What is set for patterns of contexts is not meant for it either.
    """
    named = tuple(place for place in settings.places if "*" not in place[0])
    settings = replace(settings, places=named)
    if settings.demo:
        return replace(settings, kubeconfig=kubeconfig)
    return replace(settings, kubeconfig=kubeconfig, context="", namespace="", files=())


def _opened_early(settings: Settings) -> list[Any]:
    """The connection with its list prefetched; empty if it cannot be opened yet."""
    from tui.domain.workflow import WORKFLOW_RESOURCE
    from tui.sources import open_source, scope_of

    if settings.demo or settings.files or settings.contexts:
        return []

    def wanted(place: Place) -> Wanted:
        from tui.sources.paths import Wanted

        return Wanted(WORKFLOW_RESOURCE, scope_of(settings, place), as_table=True)

    try:
        return [open_source(settings, prefetch=wanted)]
    except TuiError:
        # The app tries again once there is a screen, and shows the error there.
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
        elif word in COMMANDS or word in (DEMO_CLUSTER, OPEN):
            return word, words[:at] + words[at + 1 :]
        elif words[at : at + 2] == ["node", "set"]:  # what argo calls it
            return "set", words[:at] + words[at + 2 :]
        else:
            return "", words
    return "", words


OF_SEVERAL = ("list",)
"""The commands that read several clusters at once."""
VALUED = frozenset(
    {
        *("--kubeconfig", "--context", "-n", "--namespace", "--instanceid", "--scene"),
        *("--as", "--as-group", "--as-uid"),
        *("--server", "--token-file", "--token-command"),
        *("--certificate-authority", "--client-certificate", "--client-key"),
        "--record",
    }
)
"""Global flags whose value is the next word."""


def headless_parser(name: str) -> Parser:
    """The arguments of a command that prints."""
    parser = Parser(prog=f"argo-tui {name}", description=COMMANDS[name][1], allow_abbrev=False)
    _add_connection(parser)
    command(name).configure(parser)
    return parser


def _parsed(parser: Parser, words: list[str]) -> argparse.Namespace:
    """The arguments. Raises: UsageError for one that is not text."""
    args = parser.parse_words(words)
    check_texts(args)
    return args


OPEN_INCIDENTS = ("logs", "artifacts", "cp", "why")
"""The commands that read more of the file of an incident than the run itself."""


def _without_incident(name: str, words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words with the only run there is in place of the file of an incident, and that file."""
    found: list[tuple[int, str, str]] = []
    for at, word in enumerate(words):
        path, suffix, step = word.partition(f"{SUFFIX}/")
        path = f"{path}{SUFFIX}" if suffix else word
        if is_incident(path) and (not at or words[at - 1] not in ("-f", "--file")):
            found.append((at, path, f"/{step}" if suffix else ""))
    if name not in OPEN_INCIDENTS or len(found) != 1:
        return words, ()
    ((at, path, step),) = found
    return [*words[:at], f"{LATEST}{step}", *words[at + 1 :]], (path,)


OPEN_RECORDINGS = ("list", "get", "why", "logs", "artifacts", "cp", "diff", "stats", "save")
"""The commands that read a recording, as it was at its end, in place of a cluster."""

ABOUT_ONE = {"why": 1, "logs": 1, "artifacts": 1, "diff": 1, "save": 1, "cp": 2}
"""Those that are about a run, and from how many words on it is named."""


def _without_recording(name: str, words: list[str]) -> tuple[list[str], str]:
    """The words without the file of a recording, and that file; "" for none.

    Where a command is about one run and none is named, the last one is meant.
    """
    if not any(os.path.isfile(word) for word in words):
        return words, ""
    from tui.sources import is_recording

    found = [at for at, word in enumerate(words) if os.path.isfile(word) and is_recording(word)]
    if not found:
        return words, ""
    (at, *more), path = found, words[found[0]]
    if name not in OPEN_RECORDINGS:
        raise UsageError(
            f"{name} reads no recording", hint=f"{', '.join(OPEN_RECORDINGS)} do, and argo-tui FILE"
        )
    if more:
        raise UsageError("a recording is read alone")
    is_flagged = at > 0 and words[at - 1] in ("-f", "--file") and name != "logs"
    rest = [*words[: at - is_flagged], *words[at + 1 :]]
    if headless_parser(name).count_plain(rest) < ABOUT_ONE.get(name, 0):
        rest = [LATEST, *rest]
    return rest, path


def _run_headless(name: str, words: list[str]) -> int:
    words, recording = _without_recording(name, words)
    words, incident = _without_incident(name, words)
    args = _parsed(headless_parser(name), words)
    flags = {key: value for key, value in vars(args).items() if key != "files"}
    settings = _settings(flags)
    if incident:
        settings = replace(settings, files=incident)
    if recording:
        from tui.sources.recorded_timeline import end_of

        now = settings.fixed_now or end_of(recording)
        settings = replace(settings, files=(recording,), fixed_now=now)
    if settings.file_faults and name not in TELLS_FAULTS:
        from tui.headless.output import note

        lines = "a line is" if len(settings.file_faults) == 1 else "some lines are"
        note(f"{lines} not followed of the settings: argo-tui config check")
    with _connected(settings) as connected:
        connected = _of_contexts(connected)
        if connected.contexts and name not in OF_SEVERAL:
            raise UsageError(
                f"{name} is about one cluster, and --context names {len(connected.contexts)}",
                hint=f"only {' and '.join(OF_SEVERAL)} reads several",
            )
        return int(command(name).run(args, connected))


def _of_contexts(settings: Settings) -> Settings:
    """The settings with the contexts one by one, where `--context` names several."""
    if "," not in settings.context or settings.files:
        return settings
    from tui.sources.contexts import several

    names = tuple(several(settings))
    if len(names) == 1:
        return replace(settings, context=names[0])
    if names and settings.server.address:
        raise UsageError(
            f"--server is beside one cluster, and --context names {len(names)}",
            hint="the settings file names one for each context",
        )
    return replace(settings, context="", contexts=names) if names else settings


def _run_demo_cluster(words: list[str]) -> int:
    parser = Parser(
        prog=f"argo-tui {DEMO_CLUSTER}",
        description="serve the demo cluster until ctrl-C",
        allow_abbrev=False,
    )
    demo: Any = import_module("tui.demo.command")
    demo.configure(parser)
    args = parser.parse_args(words)
    with _scenes(args.scene) as scenes:
        args.scene = list(scenes)
        return int(demo.run(args, read_settings({})))


@contextlib.contextmanager
def _connected(settings: Settings) -> Iterator[Settings]:
    """The settings, pointing to a demo cluster of our own if one was asked for."""
    _check_demo(settings)
    if not settings.demo:
        yield settings
        return
    child: Any = import_module("tui.demo.child")
    with _scenes(settings.scenes) as scenes, child.start(scenes=scenes) as demo:
        yield replace(settings, kubeconfig=str(demo.kubeconfig))


@contextlib.contextmanager
def _scenes(files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The files of saved runs and recordings as files that the demo reads. Raises: InputError."""
    if not files:
        yield ()
        return
    import tempfile
    from pathlib import Path

    from tui.sources.scene import as_json

    with tempfile.TemporaryDirectory(prefix="argo-tui-scene-") as folder:
        paths = [Path(folder, f"{at}.json") for at in range(len(files))]
        for path, file_name in zip(paths, files, strict=True):
            path.write_bytes(as_json(file_name))
        yield tuple(map(str, paths))


def _check_demo(settings: Settings) -> None:
    """Refuse --demo together with another source, or where the demo is not installed."""
    other = "--kubeconfig" if settings.kubeconfig else "FILE" if settings.files else ""
    other = "--server" if settings.server.address else other
    if settings.scenes and not settings.demo:
        raise UsageError("--scene is about the demo: --demo=FILE")
    if settings.demo and other:
        raise UsageError(f"--demo and {other} cannot be used together")
    if settings.demo:
        extra: Any = import_module("tui.demo.extra")
        extra.check_installed()


def app_parser() -> argparse.ArgumentParser:
    """The arguments of the app itself."""
    commands = "\n".join(f"  {name:<14}{said}" for name, (_, said) in COMMANDS.items())
    parser = Parser(
        prog="argo-tui",
        description="A terminal UI for Argo Workflows.",
        epilog=f"commands:\n{commands}\n  {DEMO_CLUSTER:<14}serve a made-up cluster\n"
        f"  {OPEN:<14}begin on a workflow, a step, a list, or a link of Argo's web pages",
        formatter_class=WrittenHelp,
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
    add("--version", action=Version)
    _add_app(parser)
    return parser


def _recording(word: str) -> str:
    """A file to record into (a `type` for argparse). Raises: UsageError."""
    if not word.endswith(RECORDING):
        raise UsageError(f"the name of a recording ends with {RECORDING}")
    if os.path.lexists(word):
        raise UsageError(f"{os.fsencode(word).decode(errors='replace')} is there already")
    return word


def _add_app(parser: argparse.ArgumentParser) -> None:
    _add_connection(parser)
    add = parser.add_argument
    add("--no-diff", action="store_true", help="write whole frames, without the cell diff")
    add("--mouse", action="store_true", help="handle clicks (text cannot be selected then)")
    add(
        "--record",
        type=_recording,
        metavar=f"FILE{RECORDING}",
        help="write what is heard into a file, which plays it later",
    )


def _add_connection(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--demo", action="store_true", help="start a demo cluster and connect to it")
    add(
        "--scene",
        dest="scenes",
        action="append",
        type=file,
        metavar="FILE",
        help="with what a saved run or a recording has in it: --demo=FILE",
    )
    add("--kubeconfig", default="", metavar="FILE", help="instead of KUBECONFIG or ~/.kube/config")
    add(
        "--context",
        default="",
        metavar="NAME[,NAME]",
        help="a context of the kubeconfig, or several",
    )
    add(
        "--server",
        default="",
        metavar="HOST:PORT",
        help="an Argo Server instead of ARGO_SERVER, and of a kubeconfig",
    )
    add("--token-file", default="", metavar="FILE", help="with a token for it, not ARGO_TOKEN")
    add("--token-command", default="", metavar="CMD", help="a command that prints a token for it")
    add("--certificate-authority", default="", metavar="FILE", help="of who vouches for it")
    add("--client-certificate", default="", metavar="FILE", help="to show to it")
    add("--client-key", default="", metavar="FILE", help="of that certificate")
    add("--insecure-skip-verify", action="store_true", help="take its certificate unseen")
    add("--as", dest="as_user", default="", metavar="USER", help="act as this user")
    add(
        "--as-group",
        dest="as_groups",
        action="append",
        metavar="GROUP",
        help="of this group; may be given several times",
    )
    add("--as-uid", default="", metavar="UID", help="with this uid")
    add("-n", "--namespace", default="", help="instead of ARGO_NAMESPACE or the context's own")
    add("-A", "--all-namespaces", action="store_true", help="the workflows of all namespaces")
    add("--instanceid", default="", help="the instance id of the controller")
    add("--read-only", action="store_true", help="refuse every change to the cluster")
    add("--ascii", action="store_true", help="draw ASCII characters only")
