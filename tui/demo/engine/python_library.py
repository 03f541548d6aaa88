"""What scripts in `minipython` can call: a few builtins, files of the pod, parts of modules."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from tui.demo.engine.programs import Box, Err

MOST_LENGTH = 1_000_000
"""Items of any list or text a script may make."""


class Running(Protocol):
    """The script that calls."""

    box: Box
    events: list[str | float]


class Unknown(Exception):
    """Something this little Python does not know."""


class Raised(Exception):
    """An exception of the script."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Left(Exception):
    """The script leaves, with a code."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        """What it says on the error stream as it leaves."""


class Flow(Exception):
    """A `return`, `break` or `continue` on its way."""

    def __init__(self, word: str, value: Any = None) -> None:
        super().__init__(word)
        self.word = word
        self.value = value


STREAMS: dict[str, Callable[[Any], str]] = {"<stdout>": str, "<stderr>": lambda text: Err(text)}
"""The standard streams by their names, and what is said on each."""


class File:
    """An open file of the pod, or a standard stream."""

    def __init__(self, script: Running, name: str, mode: str) -> None:
        self.script, self.name = script, name
        if "w" in mode:
            script.box.write(name, "")
        elif "r" in mode and script.box.read(name) is None:
            raise Raised("FileNotFoundError", f"[Errno 2] No such file or directory: '{name}'")

    def write(self, text: Any) -> int:
        """Append text, and how much that was."""
        if self.name in STREAMS:
            self.script.events.append(STREAMS[self.name](text))
        else:
            self.script.box.write(self.name, str(text), append=True)
        return len(str(text))

    def read(self) -> str:
        """The whole content."""
        return self.script.box.read(self.name) or ""

    def readlines(self) -> list[str]:
        """The content by lines."""
        return self.read().splitlines(keepends=True)

    def flush(self) -> None:
        """Nothing to do."""
        return None

    def close(self) -> None:
        """Nothing to do."""
        return None


class Module:
    """A module by what it offers."""

    def __init__(self, **members: Any) -> None:
        self.members = members


def leave(code: Any = 0) -> None:
    """`exit`, with a code or a word."""
    if code is None or isinstance(code, int):
        raise Left((code or 0) & 255)
    raise Left(1, str(code))


def builtins_of(script: Running) -> dict[str, Any]:
    """The functions that need no import."""

    def show(*values: Any, sep: str = " ", end: str = "\n", file: Any = None, **_: Any) -> None:
        text = sep.join(str(value) for value in values) + end
        if isinstance(file, File):
            file.write(text)
        else:
            script.events.append(text)

    def steps(*values: int) -> range:
        made = range(*values)
        if len(made) > MOST_LENGTH:
            raise Unknown("range")
        return made

    def opened(name: str, mode: str = "r", **_: Any) -> File:
        return File(script, name, mode)

    known = (str, int, float, bool, list, dict, set, tuple, len, sum, min, max, abs, round, sorted)
    more = (enumerate, zip, map, filter, any, all, reversed, chr, ord, repr, isinstance, divmod)
    named = {each.__name__: each for each in (*known, *more)}
    return {
        **named,
        "print": show,
        "open": opened,
        "range": steps,
        "exit": leave,
        "quit": leave,
        "__name__": "__main__",
    }


def modules_of(script: Running, box: Box, arguments: list[str]) -> dict[str, Module]:
    """The modules there are, with what they offer."""
    moment = datetime.fromtimestamp(box.time, UTC)
    return {
        "random": _random(box),
        "time": Module(
            sleep=lambda seconds: script.events.append(float(seconds)),
            time=lambda: box.time,
            strftime=lambda f: moment.strftime(f),
        ),
        "json": _json(),
        "sys": Module(
            exit=leave,
            stdout=File(script, "<stdout>", ""),
            stderr=File(script, "<stderr>", ""),
            argv=["-", *arguments],
            version="3.13",
        ),
        "os": _os(box),
        "math": Module(
            sqrt=math.sqrt, floor=math.floor, ceil=math.ceil, pi=math.pi, sin=math.sin, log=math.log
        ),
        "datetime": Module(datetime=Module(now=lambda *_: moment, utcnow=lambda: moment)),
    }


def _random(box: Box) -> Module:
    rng = box.rng
    return Module(
        randint=rng.randint,
        random=rng.random,
        choice=rng.choice,
        uniform=rng.uniform,
        randrange=rng.randrange,
        shuffle=rng.shuffle,
        sample=rng.sample,
        gauss=rng.gauss,
        seed=lambda *_, **__: None,
    )


def _json() -> Module:
    def dump(value: Any, file: File, **_: Any) -> None:
        file.write(json.dumps(value))

    def dumps(value: Any, indent: int | None = None, **_: Any) -> str:
        return json.dumps(value, indent=indent)

    def load(file: File) -> Any:
        return json.loads(file.read())

    return Module(dump=dump, dumps=dumps, load=load, loads=json.loads)


def _os(box: Box) -> Module:
    def listed(name: str = ".") -> list[str]:
        return sorted({each.split("/")[0] for each in box.under(name)})

    path = Module(
        exists=lambda name: box.path(name) in box.files or box.is_folder(name),
        isfile=lambda name: box.path(name) in box.files,
        isdir=lambda name: bool(box.under(name)),
        join=lambda *parts: "/".join(str(part).rstrip("/") for part in parts),
        basename=lambda name: name.rpartition("/")[2],
        dirname=lambda name: name.rpartition("/")[0],
    )
    return Module(
        mkdir=lambda name, mode=0: box.make_folder(name),
        makedirs=lambda name, mode=0, exist_ok=False: box.make_folder(name),
        listdir=listed,
        environ=box.env,
        getenv=box.env.get,
        path=path,
        getcwd=lambda: box.cwd,
    )
