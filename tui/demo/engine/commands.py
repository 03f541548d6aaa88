"""The programs a demo container knows: small Unix tools, and plausible answers of bigger ones."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

from tui.demo.engine import chatter, minipython
from tui.demo.engine.programs import Box, Err, Program
from tui.demo.engine.whale import says

Body = Callable[[str], Program]
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


def _echo(words: list[str], box: Box, stdin: str) -> Program:
    end, escapes = "\n", False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        end = "" if "n" in words[0] else end
        escapes = escapes or "e" in words[0]
        words = words[1:]
    text = " ".join(words)
    yield (_unescaped(text) if escapes else text) + end
    return 0


def _unescaped(text: str) -> str:
    codes = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "\\": "\\", "a": "\a"}

    def one(match: re.Match[str]) -> str:
        if match[1].startswith("x"):
            return chr(int(match[1][1:], 16))
        if match[1].startswith("0"):
            return chr(int(match[1], 8) & 255)
        return codes.get(match[1], match[0])

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0[0-7]{1,3}|.)", one, text)


def _printf(words: list[str], box: Box, stdin: str) -> Program:
    if words:
        values = iter(words[1:])
        form = _unescaped(words[0])
        yield re.sub(
            r"%(%|[-+0-9.]*[sdif])",
            lambda m: "%" if m[1] == "%" else next(values, ""),
            form,
        )
    return 0


def _cat(words: list[str], box: Box, stdin: str) -> Program:
    names = [word for word in words if not word.startswith("-") or word == "-"]
    if not names:
        yield stdin
        return 0
    code = 0
    for name in names:
        content = stdin if name == "-" else box.read(name)
        if content is None:
            yield Err(f"cat: can't open '{name}': No such file or directory\n")
            code = 1
        else:
            yield content
    return code


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


def _tee(words: list[str], box: Box, stdin: str) -> Program:
    for name in words:
        if name != "-a":
            box.write(name, stdin, append="-a" in words)
    yield stdin
    return 0


def _ls(words: list[str], box: Box, stdin: str) -> Program:
    names = [word for word in words if not word.startswith("-")] or ["."]
    long = any("l" in word for word in words if word.startswith("-"))
    code = 0
    for name in names:
        path = box.path(name)
        found = sorted({each.split("/")[0] for each in box.under(name)})
        if path in box.files:
            found = [name]
        elif not found and not box.is_folder(name) and path != "/":
            yield Err(f"ls: {name}: No such file or directory\n")
            code = 1
            continue
        for each in found:
            size = len(box.files.get(path if path in box.files else f"{path}/{each}", b""))
            line = f"-rw-r--r--    1 root     root     {size:>9} Jan  1 00:00 {each}"
            yield (line if long else each) + "\n"
    return code


def _head(words: list[str], box: Box, stdin: str, *, last: bool = False) -> Program:
    count, names, follow = 10, [], False
    rest = iter(words)
    for word in rest:
        if word in ("-n", "-c"):
            count = int(next(rest, "10").lstrip("+-") or 10)
        elif re.fullmatch(r"-n?\d+", word):
            count = int(word.lstrip("-n"))
        elif word.startswith("-"):
            follow = follow or "f" in word.lower()
        else:
            names.append(word)
    text = "".join(box.read(name) or "" for name in names) if names else stdin
    lines = text.splitlines(keepends=True)
    yield "".join(lines[-count:] if last else lines[:count])
    while follow and last:
        yield 3600.0
    return 0


def _tail(words: list[str], box: Box, stdin: str) -> Program:
    return _head(words, box, stdin, last=True)


def _wc(words: list[str], box: Box, stdin: str) -> Program:
    names = [word for word in words if not word.startswith("-")]
    text = "".join(box.read(name) or "" for name in names) if names else stdin
    counts = {"-l": text.count("\n"), "-w": len(text.split()), "-c": len(text.encode())}
    wanted = [flag for flag in counts if flag in words] or list(counts)
    yield " ".join([*(str(counts[flag]) for flag in wanted), *names]) + "\n"
    return 0


def _grep(words: list[str], box: Box, stdin: str) -> Program:
    flags = "".join(word[1:] for word in words if re.fullmatch(r"-[a-zA-Z]+", word))
    pattern, *names = [word for word in words if not re.fullmatch(r"-[a-zA-Z]+", word)] or [""]
    text = "".join(box.read(name) or "" for name in names) if names else stdin
    if "F" in flags or len(pattern) > 200:
        pattern = re.escape(pattern)
    try:
        found = re.compile(pattern, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        yield f"grep: bad regex '{pattern}'\n"
        return 2
    lines = [line for line in text.splitlines() if bool(found.search(line)) != ("v" in flags)]
    if "q" not in flags:
        yield f"{len(lines)}\n" if "c" in flags else "".join(line + "\n" for line in lines)
    return 0 if lines else 1


def _seq(words: list[str], box: Box, stdin: str) -> Program:
    numbers = [int(word) for word in words if re.fullmatch(r"-?\d+", word)] or [1]
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    steps = range(first, numbers[-1] + (1 if step > 0 else -1), step or 1)
    yield "".join(f"{number}\n" for number in steps[:100_000])
    return 0


def _touch(words: list[str], box: Box, stdin: str) -> Program:
    for word in words:
        if not word.startswith("-"):
            box.write(word, "", append=True)
    yield 0.0
    return 0


def _remove(words: list[str], box: Box, stdin: str) -> Program:
    for word in words:
        path = box.path(word)
        for each in [p for p in box.files if p == path or p.startswith(f"{path}/")]:
            del box.files[each]
    yield 0.0
    return 0


def _copy(words: list[str], box: Box, stdin: str, *, move: bool = False) -> Program:
    *sources, target = [word for word in words if not word.startswith("-")] or [""]
    yield 0.0
    for source in sources:
        path = box.path(source)
        goal = box.path(target)
        if target.endswith("/") or box.is_folder(target):
            goal = f"{goal}/{path.rsplit('/', 1)[-1]}"
        for each in [p for p in box.files if p == path or p.startswith(f"{path}/")]:
            box.files[goal + each[len(path) :]] = box.files[each]
            if move:
                del box.files[each]
    return 0


def _move(words: list[str], box: Box, stdin: str) -> Program:
    return _copy(words, box, stdin, move=True)


def _make_folder(words: list[str], box: Box, stdin: str) -> Program:
    for word in words:
        if not word.startswith("-"):
            box.make_folder(word)
    yield 0.0
    return 0


def _cd(words: list[str], box: Box, stdin: str) -> Program:
    box.cwd = box.path(words[0] if words else "/root")
    yield 0.0
    return 0


def _test(words: list[str], box: Box, stdin: str) -> Program:
    yield 0.0
    words = [word for word in words if word not in ("]", "]]")]
    return 0 if _true(words, box) else 1


def _true(words: list[str], box: Box) -> bool:
    for joint, every in (("-o", False), ("||", False), ("-a", True), ("&&", True)):
        if joint in words:
            at = words.index(joint)
            left, right = _true(words[:at], box), _true(words[at + 1 :], box)
            return (left and right) if every else (left or right)
    if words and words[0] == "!":
        return not _true(words[1:], box)
    if len(words) == 2:
        flag, value = words
        path = box.path(value)
        if flag in ("-e", "-f", "-r", "-s", "-x"):
            return path in box.files or (flag == "-e" and box.is_folder(value))
        if flag == "-d":
            return box.is_folder(value)
        return bool(value) == (flag == "-n")
    if len(words) == 3:
        return _compared(*words)
    return bool(words and words[0])


def _compared(left: str, op: str, right: str) -> bool:
    if op in ("=", "=="):
        return left == right
    if op == "!=":
        return left != right
    if op == "=~":
        return re.search(right, left) is not None
    try:
        a, b = int(left), int(right)
    except ValueError:
        return False
    orders = {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b}
    return orders.get(op, a >= b)


def _shell(words: list[str], box: Box, stdin: str) -> Program:
    from tui.demo.engine import shell  # it knows us too

    options = ""
    for index, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--"):
            options += word[1:]
            if "c" in word:
                rest = words[index + 1 :] or [""]
                return shell.script(rest[0], box, options, rest[2:])
        elif not word.startswith("--"):
            content = box.read(word)
            if content is None:
                return _failing(f"sh: can't open '{word}': No such file or directory\n", 127)
            return shell.script(content, box, options, words[index + 1 :])
    return shell.script(stdin, box, options)


def _failing(text: str, code: int) -> Program:
    yield text
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


def _jq(words: list[str], box: Box, stdin: str) -> Program:
    path = next((word for word in words if not word.startswith("-")), ".")
    try:
        value = json.loads(stdin)
        for key, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
            value = value[key] if key else value[int(index)]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        yield f"jq: error: {error}\n"
        return 5
    yield (value if isinstance(value, str) and "-r" in words else json.dumps(value)) + "\n"
    return 0


def _base64(words: list[str], box: Box, stdin: str) -> Program:
    if "-d" in words or "--decode" in words:
        try:
            yield base64.b64decode(stdin).decode("utf-8", "replace")
        except ValueError:
            yield "base64: truncated input\n"
            return 1
    else:
        yield base64.b64encode(stdin.encode()).decode() + "\n"
    return 0


def _find(words: list[str], box: Box, stdin: str) -> Program:
    name = words[0] if words and not words[0].startswith("-") else "."
    yield "".join(f"{name.rstrip('/')}/{each}\n" for each in box.under(name)) or f"{name}\n"
    return 0


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
    tool = {"echo": _echo, "cat": _cat, "sleep": _sleep, "exit": _exit}.get(verb)
    if tool is None:
        yield f"unknown command {verb}\n"
        return 1
    return (yield from tool(rest, box, stdin))


def _text(make: Callable[[list[str], Box], str]) -> Tool:
    def tool(words: list[str], box: Box, stdin: str) -> Program:
        yield make(words, box) + "\n"
        return 0

    return tool


def _stem(words: list[str], *, folder: bool) -> str:
    path = words[0].rstrip("/") if words else ""
    return (path.rpartition("/")[0] or "/") if folder else path.rpartition("/")[2]


TOOLS: dict[str, Tool] = {
    "echo": _echo,
    "printf": _printf,
    "cat": _cat,
    "sleep": _sleep,
    "exit": _exit,
    "date": _date,
    "env": _env,
    "printenv": _env,
    "true": _code(0),
    ":": _code(0),
    "false": _code(1),
    "mkdir": _make_folder,
    "chmod": _code(0),
    "wait": _code(0),
    "trap": _code(0),
    "shift": _code(0),
    "cowsay": _cowsay,
    "tee": _tee,
    "ls": _ls,
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "grep": _grep,
    "seq": _seq,
    "touch": _touch,
    "rm": _remove,
    "cp": _copy,
    "mv": _move,
    "cd": _cd,
    "pwd": _text(lambda words, box: box.cwd),
    "hostname": _text(lambda words, box: box.host),
    "whoami": _text(lambda words, box: "root"),
    "uname": _text(lambda words, box: "Linux demo 6.1.0 x86_64 GNU/Linux"),
    "basename": _text(lambda words, box: _stem(words, folder=False)),
    "dirname": _text(lambda words, box: _stem(words, folder=True)),
    "test": _test,
    "[": _test,
    "[[": _test,
    "sh": _shell,
    "bash": _shell,
    "ash": _shell,
    "jq": _jq,
    "base64": _base64,
    "find": _find,
    "argosay": _argosay,
}
