"""The programs a demo container knows: small Unix tools, and plausible answers of bigger ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from tui.demo.engine import chatter, file_tools, minipython, shell, text_tools
from tui.demo.engine.programs import Box, Err, Program
from tui.demo.engine.whale import says

Tool = Callable[[list[str], Box, str], Program]

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}


def run(argv: list[str], box: Box, stdin: str = "") -> Program:
    """Run one command; unknown ones behave plausibly."""
    name = argv[0].rsplit("/", 1)[-1]
    tool = TOOLS.get(name)
    if tool is not None:
        return tool(argv[1:], box, stdin)
    if name.startswith("python"):
        return _python(argv[1:], box, stdin)
    if argv[0] in box.files and b"\0" not in box.files[argv[0]]:
        return _shell(["-c", box.files[argv[0]].decode("utf-8", "replace")], box, stdin)
    return chatter.work(argv, box)


def seconds(text: str) -> float:
    """A duration as `sleep` takes it: `10`, `1.5`, `15s`, `1d`."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)", text.strip())
    return float(match[1]) * _UNITS[match[2]] if match else 0.0


def _sleep(words: list[str], box: Box, stdin: str) -> Program:
    if words and words[0] == "infinity":
        while True:
            yield 3600.0
    yield sum(seconds(word) for word in words)
    return 0


def _exit(words: list[str], box: Box, stdin: str) -> Program:
    yield 0.0
    return int(words[0]) & 255 if words and words[0].isdigit() else 0


def _date(words: list[str], box: Box, stdin: str) -> Program:
    moment = datetime.fromtimestamp(box.time, UTC)
    form = next((word[1:] for word in words if word.startswith("+")), "")
    if form:
        plain = form.replace("%s", str(int(box.time))).replace("%N", "000000000")
        yield moment.strftime(plain.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S")) + "\n"
    else:
        yield moment.strftime("%a %b %e %H:%M:%S UTC %Y") + "\n"
    return 0


def _env(words: list[str], box: Box, stdin: str) -> Program:
    yield "".join(f"{name}={value}\n" for name, value in sorted(box.env.items()))
    return 0


def _code(code: int) -> Tool:
    def tool(words: list[str], box: Box, stdin: str) -> Program:
        yield 0.0
        return code

    return tool


def _cowsay(words: list[str], box: Box, stdin: str) -> Program:
    yield says(" ".join(words) or stdin.strip())
    return 0


def _shell(words: list[str], box: Box, stdin: str) -> Program:
    options = ""
    for index, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--"):
            options += word[1:]
            if "c" in word:
                rest = words[index + 1 :] or [""]
                return shell.script(rest[0], box, run, options, rest[2:])
        elif not word.startswith("--"):
            content = box.read(word)
            if content is None:
                return _failing(f"sh: can't open '{word}': No such file or directory\n", 127)
            return shell.script(content, box, run, options, words[index + 1 :])
    return shell.script(stdin, box, run, options)


def _failing(text: str, code: int) -> Program:
    yield Err(text)
    return code


def _python(words: list[str], box: Box, stdin: str) -> Program:
    source = stdin
    for index, word in enumerate(words):
        if word == "-c":
            source = words[index + 1] if index + 1 < len(words) else ""
            return minipython.run(source, box, words[index + 2 :])
        if not word.startswith("-"):
            content = box.read(word)
            if content is None:
                return chatter.work(["python", *words], box)
            return minipython.run(content, box, words[index + 1 :])
    return minipython.run(source, box, [])


def _argosay(words: list[str], box: Box, stdin: str) -> Program:
    """The test image of Argo: `echo text [file]`, `cat file…`, `sleep d`, `exit code`."""
    if not words:
        yield "hello argo\n"
        return 0
    verb, *rest = words
    if verb == "echo" and len(rest) > 1:
        box.write(rest[1], rest[0] + "\n")
        yield 0.1
        return 0
    tool = {"echo": text_tools.echo, "cat": file_tools.cat, "sleep": _sleep, "exit": _exit}.get(
        verb
    )
    if tool is None:
        yield Err(f"unknown command {verb}\n")
        return 1
    return (yield from tool(rest, box, stdin))


def _text(make: Callable[[list[str], Box], str]) -> Tool:
    def tool(words: list[str], box: Box, stdin: str) -> Program:
        yield make(words, box) + "\n"
        return 0

    return tool


TOOLS: dict[str, Tool] = {
    "echo": text_tools.echo,
    "printf": text_tools.printf,
    "cat": file_tools.cat,
    "sleep": _sleep,
    "exit": _exit,
    "date": _date,
    "env": _env,
    "printenv": _env,
    "true": _code(0),
    ":": _code(0),
    "false": _code(1),
    "mkdir": file_tools.make_folder,
    "chmod": _code(0),
    "wait": _code(0),
    "trap": _code(0),
    "shift": _code(0),
    "cowsay": _cowsay,
    "tee": file_tools.tee,
    "ls": file_tools.list_,
    "head": text_tools.head,
    "tail": text_tools.tail,
    "wc": text_tools.wc,
    "grep": text_tools.grep,
    "seq": text_tools.seq,
    "touch": file_tools.touch,
    "rm": file_tools.remove,
    "cp": file_tools.copy,
    "mv": file_tools.move,
    "cd": file_tools.change_folder,
    "pwd": _text(lambda words, box: box.cwd),
    "hostname": _text(lambda words, box: box.host),
    "whoami": _text(lambda words, box: "root"),
    "uname": _text(lambda words, box: "Linux demo 6.1.0 x86_64 GNU/Linux"),
    "basename": _text(lambda words, box: file_tools.stem(words, folder=False)),
    "dirname": _text(lambda words, box: file_tools.stem(words, folder=True)),
    "test": file_tools.test,
    "[": file_tools.test,
    "[[": file_tools.test,
    "sh": _shell,
    "bash": _shell,
    "ash": _shell,
    "jq": text_tools.jq,
    "base64": text_tools.base64_,
    "find": file_tools.find,
    "argosay": _argosay,
}
