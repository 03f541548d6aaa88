"""What a shell makes of words: quotes, variables, substitutions, arithmetic, file name patterns."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator

from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.programs import Box
from tui.demo.engine.shell_words import closing

_NAME = re.compile(r"[A-Za-z_]\w*|[?#@*0-9$!]")


class Expansion:
    """Expands words with the variables and arguments of one shell."""

    def __init__(self, box: Box, arguments: list[str], captured: Callable[[str], str]) -> None:
        self.box = box
        self.arguments = arguments
        self.captured = captured
        """What a command prints, for `$(…)`."""
        self.code = 0
        """The last exit code, for `$?`."""

    def expanded(self, words: list[str]) -> Iterator[str]:
        """Words after substitution, splitting and file name patterns."""
        for word in words:
            for piece in self.pieces(word, split=True):
                if any(char in piece for char in "*?") and "'" not in word and '"' not in word:
                    pattern = self.box.path(piece)
                    every = {path.rstrip("/") for path in self.box.files}
                    found = sorted(p for p in every if fnmatch.fnmatchcase(p, pattern))
                    yield from found or [piece]
                else:
                    yield piece

    def pieces(self, word: str, *, split: bool) -> list[str]:
        """One word without its quotes, with what it stands for; split where that has blanks."""
        done: list[str] = []
        current = ""
        begun = False
        at = 0
        quoted = False
        while at < len(word):
            char = word[at]
            if char == "'" and not quoted:
                end = word.find("'", at + 1)
                end = len(word) if end < 0 else end
                current += word[at + 1 : end]
                at, begun = end + 1, True
            elif char == '"':
                quoted = not quoted
                at, begun = at + 1, True
            elif char == "\\" and at + 1 < len(word):
                keep = quoted and word[at + 1] not in '"\\$`'
                current += word[at : at + 2] if keep else word[at + 1]
                at, begun = at + 2, True
            elif char in "$`":
                value, at = self._substituted(word, at)
                if split and not quoted:
                    parts = value.split()
                    if len(parts) > 1:
                        done.append(current + parts[0])
                        done += parts[1:-1]
                        current = parts[-1]
                    else:
                        current += "".join(parts)
                else:
                    current += value
                    begun = begun or quoted
            else:
                current += char
                at, begun = at + 1, True
        if current or begun or not split:
            done.append(current)
        return done

    def _substituted(self, word: str, at: int) -> tuple[str, int]:
        if word[at] == "`":
            end = word.find("`", at + 1)
            end = len(word) if end < 0 else end
            return self.captured(word[at + 1 : end]), end + 1
        if word.startswith("$((", at):
            end = closing(word, at + 1, "(", ")")
            return self._computed(word[at + 3 : end - 1]), end + 1
        if word.startswith("$(", at):
            end = closing(word, at + 1, "(", ")")
            return self.captured(word[at + 2 : end]), end + 1
        if word.startswith("${", at):
            end = closing(word, at + 1, "{", "}")
            return self._braced(word[at + 2 : end]), end + 1
        match = _NAME.match(word, at + 1)
        if match is None:
            return "$", at + 1
        return self.variable(match[0]), match.end()

    def variable(self, name: str) -> str:
        """The value of a variable; nothing for an unknown one."""
        if name == "RANDOM":
            return str(self.box.rng.randrange(32768))
        if name == "?":
            return str(self.code)
        if name == "#":
            return str(len(self.arguments))
        if name in ("@", "*"):
            return " ".join(self.arguments)
        if name.isdigit():
            index = int(name)
            return self.arguments[index - 1] if 0 < index <= len(self.arguments) else ""
        return self.box.env.get(name, "")

    def _braced(self, text: str) -> str:
        name, op, rest = (
            (match[1], match[2], match[3])
            if (match := re.fullmatch(r"(#?\w+|[?@*])(:?[-=+?]|##?|%%?)?(.*)", text, re.DOTALL))
            else (text, "", "")
        )
        if name.startswith("#"):
            return str(len(self.variable(name[1:])))
        value = self.variable(name)
        word = "".join(self.pieces(rest, split=False)) if rest else ""
        if op in (":-", "-", ":=", "="):
            return value or word
        if op in (":+", "+"):
            return word if value else ""
        if op in ("#", "##") and word:
            return (
                value.rsplit(word.lstrip("*"), 1)[-1]
                if word[0] == "*"
                else value.removeprefix(word)
            )
        if op in ("%", "%%") and word:
            return (
                value.rsplit(word.rstrip("*"), 1)[0]
                if word[-1] == "*"
                else value.removesuffix(word)
            )
        return value

    def _computed(self, text: str) -> str:
        plain = "".join(self.pieces(f'"{text}"', split=False))
        plain = re.sub(r"[A-Za-z_]\w*", lambda m: self.variable(m[0]) or "0", plain)
        plain = re.sub(r"\b0+(?=\d)", "", plain)
        try:
            value = evaluate(plain, {})
        except ExpressionError:
            return "0"
        return str(int(value)) if isinstance(value, int | float) else "0"
