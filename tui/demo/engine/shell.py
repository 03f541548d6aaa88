"""Running shell: the commands of `sh -c` and bash scripts, as a program of the demo.

Nothing of the machine is touched: files are a dict, time is what `sleep` says, and a command that
is not known behaves plausibly.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.demo.engine.programs import Body, Box, Err, Program, Run
from tui.demo.engine.shell_expansion import Expansion
from tui.demo.engine.shell_words import (
    Chain,
    Command,
    For,
    Group,
    If,
    Pipe,
    Redirect,
    ShellSyntaxError,
    Simple,
    While,
    parse,
)

_STEP = 0.01
"""Seconds any command takes, so that a loop without a sleep is no endless moment."""

_MOST_SUBSTITUTED = 10_000
_OUT, _ERR = "&1", "&2"
"""The streams of a command, beside names of files."""
_STREAMS = {
    **{name: _OUT for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/1/fd/1")},
    **{name: _ERR for name in ("/dev/stderr", "/dev/fd/2", "/proc/self/fd/2", "/proc/1/fd/2")},
}
_JOINED: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "2>&1": lambda out, err: (out, out),
    "1>&2": lambda out, err: (err, err),
    ">&2": lambda out, err: (err, err),
    ">&1": lambda out, err: (out, err),
}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class _Exit(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Loop(Exception):
    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def script(
    text: str, box: Box, command: Run, options: str = "", arguments: list[str] | None = None
) -> Program:
    """Run a script; `command` runs what is no shell, `options` are the letters of `sh -euxc`."""
    try:
        tree = parse(text)
    except ShellSyntaxError as error:
        yield Err(f"sh: {error}\n")
        return 2
    shell = _Shell(box, command, options, arguments or [])
    try:
        return (yield from shell.run(tree, ""))
    except _Exit as left:
        return left.code
    except _Loop:
        return 0
    except RecursionError:
        yield Err("sh: too deeply nested\n")
        return 2


class _Shell:
    """Options and variables of one shell."""

    def __init__(self, box: Box, command: Run, options: str, arguments: list[str]) -> None:
        self.box = box
        self.command = command
        self.strict = "e" in options
        self.trace = "x" in options
        self.overheard: list[Err] = []
        """What commands in `$(…)` said on the error stream, which nothing captures."""
        self.words = Expansion(box, arguments, self._captured)

    def run(self, command: Command, stdin: str) -> Program:
        if isinstance(command, Simple):
            code = yield from self.simple(command, stdin)
        elif isinstance(command, Pipe):
            code = yield from self.pipe(command, stdin)
        elif isinstance(command, Chain):
            code = yield from self.chain(command, stdin)
        elif isinstance(command, If):
            code = yield from self.if_(command, stdin)
        elif isinstance(command, For):
            code = yield from self.for_(command, stdin)
        elif isinstance(command, While):
            code = yield from self.while_(command, stdin)
        else:
            code = yield from self.redirected(
                command.redirects, lambda given: self._group(command, given), stdin
            )
        self.words.code = code
        return code

    def _group(self, group: Group, stdin: str) -> Program:
        try:
            return (yield from self.run(group.body, stdin))
        except _Exit as left:
            if not group.apart:
                raise
            return left.code

    def chain(self, command: Chain, stdin: str) -> Program:
        code = 0
        for index, (before, part) in enumerate(command.parts):
            if (before == "&&" and code) or (before == "||" and not code):
                continue
            code = yield from self.run(part, stdin)
            after = command.parts[index + 1][0] if index + 1 < len(command.parts) else ";"
            if code and self.strict and after == ";" and isinstance(part, Simple | Group | Pipe):
                raise _Exit(code)
        return code

    def pipe(self, command: Pipe, stdin: str) -> Program:
        code = 0
        for index, part in enumerate(command.parts):
            if index == len(command.parts) - 1:
                code = yield from self.run(part, stdin)
                break
            printed: list[str] = []
            for event in self.run(part, stdin):
                if isinstance(event, str) and not isinstance(event, Err):
                    printed.append(event)
                else:
                    yield event
            stdin = "".join(printed)
        return int(not code) if command.negated else code

    def if_(self, command: If, stdin: str) -> Program:
        for condition, body in command.branches:
            if condition is None or not (yield from self._tried(condition, stdin)):
                return (yield from self.run(body, stdin))
        return 0

    def _tried(self, condition: Command, stdin: str) -> Program:
        strict, self.strict = self.strict, False
        try:
            return (yield from self.run(condition, stdin))
        finally:
            self.strict = strict

    def for_(self, command: For, stdin: str) -> Program:
        code = 0
        for word in self.words.expanded(command.words):
            self.box.env[command.name] = word
            try:
                code = yield from self.run(command.body, stdin)
            except _Loop as loop:
                if loop.word == "break":
                    break
        return code

    def while_(self, command: While, stdin: str) -> Program:
        code = 0
        while bool((yield from self._tried(command.condition, stdin))) == command.until:
            yield _STEP
            try:
                code = yield from self.run(command.body, stdin)
            except _Loop as loop:
                if loop.word == "break":
                    break
        return code

    def simple(self, command: Simple, stdin: str) -> Program:
        words = command.words
        while words and (match := _ASSIGNMENT.fullmatch(words[0])):
            self.box.env[match[1]] = " ".join(self.words.pieces(match[2], split=False))
            words = words[1:]
        argv = list(self.words.expanded(words))
        overheard, self.overheard = self.overheard, []
        yield from overheard
        return (
            yield from self.redirected(
                command.redirects, lambda given: self.execute(argv, given), stdin
            )
        )

    def redirected(self, redirects: list[Redirect], body: Body, stdin: str) -> Program:
        out, err = _OUT, _ERR
        for redirect in redirects:
            name = "".join(self.words.pieces(redirect.target, split=False))
            if redirect.op == "<<":
                stdin = "".join(self.words.pieces(f'"{redirect.target}"', split=False))
            elif redirect.op == "<":
                content = self.box.read(name)
                if content is None and name != "/dev/null":
                    yield Err(f"sh: can't open {name}: no such file\n")
                    return 1
                stdin = content or ""
            elif redirect.op in _JOINED:
                # From left to right, as in a shell: `>f 2>&1` is not `2>&1 >f`.
                out, err = _JOINED[redirect.op](out, err)
            else:
                to = self._opened(name, append=redirect.op in (">>", "2>>"))
                is_both = redirect.op in ("&>", ">&")
                out = to if is_both or not redirect.op.startswith("2") else out
                err = to if is_both or redirect.op.startswith("2") else err
        if (out, err) == (_OUT, _ERR):
            return (yield from body(stdin))
        program = body(stdin)
        while True:
            try:
                event = next(program)
            except StopIteration as done:
                return int(done.value)
            if not isinstance(event, str):
                yield event
                continue
            to = err if isinstance(event, Err) else out
            if to == _OUT:
                yield str(event)
            elif to == _ERR:
                yield Err(event)
            else:
                self.box.write(to, event, append=True)

    def _opened(self, name: str, *, append: bool) -> str:
        """Where what goes to a file of this name goes; one that is not appended to is empty."""
        if name in _STREAMS:
            return _STREAMS[name]
        if not append:
            self.box.write(name, "")
        return name

    def execute(self, argv: list[str], stdin: str) -> Program:
        if not argv:
            return 0
        yield _STEP
        if self.trace and argv[0] != "set":
            yield Err("+ " + " ".join(argv) + "\n")
        name, *arguments = argv
        if name == "exit":
            raise _Exit(
                int(arguments[0]) & 255 if arguments and arguments[0].isdigit() else self.words.code
            )
        if name in ("break", "continue"):
            raise _Loop(name)
        if name == "set":
            letters = "".join(word[1:] for word in arguments if word.startswith("-"))
            self.strict = self.strict or "e" in letters
            self.trace = self.trace or "x" in letters
            return 0
        if name in ("export", "local", "declare", "readonly"):
            for word in arguments:
                if match := _ASSIGNMENT.fullmatch(word):
                    self.box.env[match[1]] = match[2]
            return 0
        return (yield from self.command(argv, self.box, stdin))

    def _captured(self, text: str) -> str:
        """What a command prints; its time is not counted."""
        printed: list[str] = []
        try:
            program = self.run(parse(text), "")
            for _ in range(_MOST_SUBSTITUTED):
                event = next(program)
                if isinstance(event, Err):
                    self.overheard.append(event)
                elif isinstance(event, str):
                    printed.append(event)
        except StopIteration:
            pass
        except ShellSyntaxError as error:
            return str(error)
        return "".join(printed).rstrip("\n")
