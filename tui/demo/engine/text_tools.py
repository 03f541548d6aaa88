"""The programs of a demo container that print or look at text."""

from __future__ import annotations

import base64
import json
import re

from tui.demo.engine.programs import Box, Err, Program


def echo(words: list[str], box: Box, stdin: str) -> Program:
    """`echo`."""
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


def printf(words: list[str], box: Box, stdin: str) -> Program:
    """`printf`."""
    if words:
        values = iter(words[1:])
        form = _unescaped(words[0])
        yield re.sub(
            r"%(%|[-+0-9.]*[sdif])",
            lambda m: "%" if m[1] == "%" else next(values, ""),
            form,
        )
    return 0


def head(words: list[str], box: Box, stdin: str, *, last: bool = False) -> Program:
    """`head`; with `last`, `tail`."""
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


def tail(words: list[str], box: Box, stdin: str) -> Program:
    """`tail`."""
    return head(words, box, stdin, last=True)


def wc(words: list[str], box: Box, stdin: str) -> Program:
    """`wc`."""
    names = [word for word in words if not word.startswith("-")]
    text = "".join(box.read(name) or "" for name in names) if names else stdin
    counts = {"-l": text.count("\n"), "-w": len(text.split()), "-c": len(text.encode())}
    wanted = [flag for flag in counts if flag in words] or list(counts)
    yield " ".join([*(str(counts[flag]) for flag in wanted), *names]) + "\n"
    return 0


def grep(words: list[str], box: Box, stdin: str) -> Program:
    """`grep`."""
    flags = "".join(word[1:] for word in words if re.fullmatch(r"-[a-zA-Z]+", word))
    pattern, *names = [word for word in words if not re.fullmatch(r"-[a-zA-Z]+", word)] or [""]
    text = "".join(box.read(name) or "" for name in names) if names else stdin
    if "F" in flags or len(pattern) > 200:
        pattern = re.escape(pattern)
    try:
        found = re.compile(pattern, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        yield Err(f"grep: bad regex '{pattern}'\n")
        return 2
    lines = [line for line in text.splitlines() if bool(found.search(line)) != ("v" in flags)]
    if "q" not in flags:
        yield f"{len(lines)}\n" if "c" in flags else "".join(line + "\n" for line in lines)
    return 0 if lines else 1


def seq(words: list[str], box: Box, stdin: str) -> Program:
    """`seq`."""
    numbers = [int(word) for word in words if re.fullmatch(r"-?\d+", word)] or [1]
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    steps = range(first, numbers[-1] + (1 if step > 0 else -1), step or 1)
    yield "".join(f"{number}\n" for number in steps[:100_000])
    return 0


def jq(words: list[str], box: Box, stdin: str) -> Program:
    """`jq PATH`."""
    path = next((word for word in words if not word.startswith("-")), ".")
    try:
        value = json.loads(stdin)
        for key, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
            value = value[key] if key else value[int(index)]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        yield Err(f"jq: error: {error}\n")
        return 5
    yield (value if isinstance(value, str) and "-r" in words else json.dumps(value)) + "\n"
    return 0


def base64_(words: list[str], box: Box, stdin: str) -> Program:
    """`base64`."""
    if "-d" in words or "--decode" in words:
        try:
            yield base64.b64decode(stdin).decode("utf-8", "replace")
        except ValueError:
            yield Err("base64: truncated input\n")
            return 1
    else:
        yield base64.b64encode(stdin.encode()).decode() + "\n"
    return 0
