"""Reading shell: text to tokens, and tokens to a tree of commands.

The part of POSIX shell that workflow manifests use: lists, pipes, redirections, quotes,
substitutions, `if`, `for`, `while`, `until`, groups and here-documents.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class ShellSyntaxError(ValueError):
    """Shell text that cannot be read."""


@dataclass
class Redirect:
    """Where a stream goes or comes from."""

    op: str
    target: str
    """A word as it was written, or the text of a here-document."""


@dataclass
class Simple:
    """One command with its words as they were written."""

    words: list[str] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Pipe:
    """Commands whose outputs feed each other."""

    parts: list[Command]
    negated: bool = False


@dataclass
class Chain:
    """Commands joined by `&&`, `||` or `;`: each with what stands before it."""

    parts: list[tuple[str, Command]]


@dataclass
class If:
    """Conditions with their branches; the last may have none."""

    branches: list[tuple[Command | None, Command]]


@dataclass
class For:
    """One run of the body for each word."""

    name: str
    words: list[str]
    body: Command


@dataclass
class While:
    """Runs as long as (or until) the condition succeeds."""

    condition: Command
    body: Command
    until: bool


@dataclass
class Group:
    """A whole list as one command, with redirections of its own."""

    body: Command
    redirects: list[Redirect] = field(default_factory=list)
    apart: bool = False
    """Whether it is a shell of its own, which `exit` leaves."""


Command = Simple | Pipe | Chain | If | For | While | Group

_OPERATORS = (
    *("&&", "||", ";;", "<<-", "<<", ">>", "2>&1", "1>&2", ">&2", ">&1", ">&", "&>", "2>>", "2>"),
    *("1>", ";", "|", "&", "(", ")", "<", ">", "\n"),
)
_REDIRECTS = (">", ">>", "<", "2>", "2>>", "&>", "1>", ">&")
_NOWHERE = ("2>&1", "1>&2", ">&2", ">&1")
_ENDS = ("then", "do", "done", "fi", "else", "elif", "}", ")")


def tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text): kind is "op", "word" or "here"."""
    found: list[tuple[str, str]] = []
    waiting: list[tuple[int, str]] = []
    at = 0
    text = text.replace("\\\n", " ")
    while at < len(text):
        char = text[at]
        if char in " \t\r":
            at += 1
        elif char == "#" and (at == 0 or text[at - 1] in " \t\n;("):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif op := next((op for op in _OPERATORS if _operator_at(text, at, op)), None):
            found.append(("op", op))
            at += len(op)
            if op == "\n" and waiting:
                at = _here_documents(text, at, found, waiting)
        else:
            end = word_end(text, at)
            word = text[at:end]
            at = end
            if found and found[-1] in (("op", "<<"), ("op", "<<-")):
                waiting.append((len(found), word.strip("'\"")))
                found.append(("here", ""))
            else:
                found.append(("word", word))
    return found


def _operator_at(text: str, at: int, op: str) -> bool:
    if not text.startswith(op, at):
        return False
    return not op[0].isdigit() or at == 0 or text[at - 1] in " \t\n;"


def _here_documents(
    text: str, at: int, found: list[tuple[str, str]], waiting: list[tuple[int, str]]
) -> int:
    for index, mark in waiting:
        lines: list[str] = []
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line, at = text[at:end], end + 1
            if line.strip() == mark:
                break
            lines.append(line + "\n")
        found[index] = ("here", "".join(lines))
    waiting.clear()
    return at


def word_end(text: str, at: int) -> int:
    """Where the word that begins here ends."""
    while at < len(text):
        char = text[at]
        if char in " \t\r\n;|&<>()":
            return at
        at = _skip(text, at)
    return at


def _skip(text: str, at: int) -> int:
    char = text[at]
    if char == "\\":
        return at + 2
    if char == "'":
        end = text.find("'", at + 1)
    elif char == "`":
        end = text.find("`", at + 1)
    elif char == '"':
        return _double_end(text, at + 1)
    elif text.startswith("$(", at):
        return closing(text, at + 1, "(", ")") + 1
    elif text.startswith("${", at):
        return closing(text, at + 1, "{", "}") + 1
    else:
        return at + 1
    if end < 0:
        raise ShellSyntaxError("unterminated quoted string")
    return end + 1


def _double_end(text: str, at: int) -> int:
    while at < len(text):
        if text[at] == '"':
            return at + 1
        at = at + 1 if text[at] == "'" else _skip(text, at)
    raise ShellSyntaxError("unterminated quoted string")


def closing(text: str, at: int, opening: str, end: str) -> int:
    """Where the bracket that opens here closes."""
    depth = 0
    quote = ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == opening:
            depth += 1
        elif char == end:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise ShellSyntaxError(f"missing {end}")


def parse(text: str) -> Command:
    """The whole script as one command."""
    parser = _Parser(tokens(text))
    tree = parser.chain()
    if parser.at < len(parser.tokens):
        raise ShellSyntaxError(f'syntax error: unexpected "{parser.peek()}"')
    return tree


class _Parser:
    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.tokens = found
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def skip(self, *values: str) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at] in [("op", v) for v in values]:
            self.at += 1

    def expect(self, value: str) -> None:
        if self.peek() != value:
            raise ShellSyntaxError(f'syntax error: expected "{value}" before "{self.peek()}"')
        self.at += 1

    def chain(self) -> Chain:
        parts: list[tuple[str, Command]] = []
        before = ";"
        self.skip("\n", ";")
        while self.at < len(self.tokens) and self.peek() not in _ENDS:
            parts.append((before, self.pipe()))
            op = self.peek()
            if op in ("&&", "||"):
                before = op
                self.at += 1
                self.skip("\n")
            elif op in (";", "\n", "&"):
                before = ";"
                self.skip(";", "\n", "&")
            elif op == "" or op in _ENDS:
                break
            else:
                raise ShellSyntaxError(f'syntax error: unexpected "{op}"')
        return Chain(parts)

    def pipe(self) -> Command:
        negated = self.peek() == "!"
        if negated:
            self.at += 1
        parts = [self.command()]
        while self.peek() == "|":
            self.at += 1
            self.skip("\n")
            parts.append(self.command())
        return parts[0] if len(parts) == 1 and not negated else Pipe(parts, negated)

    def command(self) -> Command:
        word = self.peek()
        if word in ("(", "{"):
            self.at += 1
            body = self.chain()
            self.expect(")" if word == "(" else "}")
            return Group(body, self.redirects(), word == "(")
        if word in ("if", "for", "while", "until"):
            self.at += 1
            made = {"if": self.if_, "for": self.for_}.get(word, lambda: self.while_(word))()
            return Group(made, redirects) if (redirects := self.redirects()) else made
        return self.simple()

    def if_(self) -> Command:
        condition: Command = self.chain()
        self.expect("then")
        branches: list[tuple[Command | None, Command]] = [(condition, self.chain())]
        while self.peek() == "elif":
            self.at += 1
            condition = self.chain()
            self.expect("then")
            branches.append((condition, self.chain()))
        if self.peek() == "else":
            self.at += 1
            branches.append((None, self.chain()))
        self.expect("fi")
        return If(branches)

    def for_(self) -> Command:
        name = self.peek()
        self.at += 1
        words: list[str] = []
        if self.peek() == "in":
            self.at += 1
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
                words.append(self.peek())
                self.at += 1
        self.skip(";", "\n")
        self.expect("do")
        body = self.chain()
        self.expect("done")
        return For(name, words, body)

    def while_(self, word: str) -> Command:
        condition = self.chain()
        self.expect("do")
        body = self.chain()
        self.expect("done")
        return While(condition, body, word == "until")

    def redirects(self) -> list[Redirect]:
        found: list[Redirect] = []
        while redirect := self._redirect():
            found.append(redirect)
        return found

    def _redirect(self) -> Redirect | None:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != "op":
            return None
        op = self.peek()
        if op in _NOWHERE:
            self.at += 1
            return Redirect(op, "")
        if op in ("<<", "<<-"):
            self.at += 2
            return Redirect("<<", self.tokens[self.at - 1][1])
        if op in _REDIRECTS:
            self.at += 1
            target = self.peek()
            self.at += 1
            return Redirect(op, target)
        return None

    def simple(self) -> Command:
        made = Simple()
        while self.at < len(self.tokens):
            if redirect := self._redirect():
                made.redirects.append(redirect)
                continue
            kind, word = self.tokens[self.at]
            if kind != "word":
                break
            made.words.append(word)
            self.at += 1
        if not made.words and not made.redirects:
            raise ShellSyntaxError(f'syntax error: unexpected "{self.peek() or "end of file"}"')
        return made
