"""The programs of a demo container that have to do with files."""

from __future__ import annotations

import re

from tui.demo.engine.programs import Box, Err, Program


def cat(words: list[str], box: Box, stdin: str) -> Program:
    """`cat`."""
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


def tee(words: list[str], box: Box, stdin: str) -> Program:
    """`tee`."""
    for name in words:
        if name != "-a":
            box.write(name, stdin, append="-a" in words)
    yield stdin
    return 0


def list_(words: list[str], box: Box, stdin: str) -> Program:
    """`ls`."""
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


def touch(words: list[str], box: Box, stdin: str) -> Program:
    """`touch`."""
    for word in words:
        if not word.startswith("-"):
            box.write(word, "", append=True)
    yield 0.0
    return 0


def remove(words: list[str], box: Box, stdin: str) -> Program:
    """`rm`."""
    for word in words:
        path = box.path(word)
        for each in [p for p in box.files if p == path or p.startswith(f"{path}/")]:
            del box.files[each]
    yield 0.0
    return 0


def copy(words: list[str], box: Box, stdin: str, *, move: bool = False) -> Program:
    """`cp`."""
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


def move(words: list[str], box: Box, stdin: str) -> Program:
    """`mv`."""
    return copy(words, box, stdin, move=True)


def make_folder(words: list[str], box: Box, stdin: str) -> Program:
    """`mkdir`."""
    for word in words:
        if not word.startswith("-"):
            box.make_folder(word)
    yield 0.0
    return 0


def change_folder(words: list[str], box: Box, stdin: str) -> Program:
    """`cd`."""
    box.cwd = box.path(words[0] if words else "/root")
    yield 0.0
    return 0


def find(words: list[str], box: Box, stdin: str) -> Program:
    """`find FOLDER`."""
    name = words[0] if words and not words[0].startswith("-") else "."
    yield "".join(f"{name.rstrip('/')}/{each}\n" for each in box.under(name)) or f"{name}\n"
    return 0


def stem(words: list[str], *, folder: bool) -> str:
    """One half of a path: its folder, or what is in it."""
    path = words[0].rstrip("/") if words else ""
    return (path.rpartition("/")[0] or "/") if folder else path.rpartition("/")[2]


def test(words: list[str], box: Box, stdin: str) -> Program:
    """`test`, `[` and `[[`."""
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
