"""Places as text: what `argo-tui open` takes, and what is copied of a place.

`CONTEXT/NAMESPACE/NAME/STEP@PANE:SPOT`, of which the name alone has to be there; the step may be
called by its display name, its node, its id or its pod. A name that begins with `@` stands for the
run that was created last (`@latest`), or that failed last (`@latest-failed`). `KIND:NAME` is an
object of another kind, as in `argo/cron:nightly`, and `uid:UID` a run that the archive has. What
ends with a slash is a list, with its filter behind one more: `argo//phase:Failed`. Addresses of
Argo's web pages are read as they are.

A text may mean several things: `a/b` is a workflow of a namespace, or a step of a workflow. So it
has readings, and whoever knows what there is tries one after the other. What is made here has one
reading only, and no character that a shell would take for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from tui.domain.names import ALL, is_utf8, typed_fault
from tui.errors import InputError

LATEST = "@latest"
LATEST_FAILED = "@latest-failed"
WORDS = (LATEST, LATEST_FAILED)
"""What stands for a run."""

UID = "uid"
"""What stands before the uid of a run."""

LONGEST = 4096
"""Characters of a text that is read."""

SAFE = "@%+=:,.-_~"
"""Characters of a part that no shell takes for something else, beside letters and digits."""

PANES: Mapping[str, str] = {
    "summary": "summary",
    "logs": "logs",
    "log": "logs",
    "artifacts": "artifacts",
    "inout": "inout",
    "inputs-outputs": "inout",
    "in-out": "inout",
    "events": "events",
    "yaml": "manifest",
    "manifest": "manifest",
    "runs": "runs",
    "facts": "facts",
    "why": "why",
    "containers": "logs",
}
"""What panes are called here, and by Argo's web pages → their ids."""

PAGES: Mapping[str, str] = {
    "workflows": "wf",
    "archived-workflows": "wf",
    "cron-workflows": "cron",
    "workflow-templates": "wftmpl",
    "cluster-workflow-templates": "cwftmpl",
}
"""Pages of Argo's web pages → the kinds of what they show."""

_SPOT = re.compile(r"(?P<before>.+)@(?P<pane>[a-z-]+)(?::(?P<spot>[0-9TZ:.+-]{1,40}))?")
_KIND = re.compile(r"(?P<kind>[a-z]+):(?P<name>.*)")
_SHORT = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?/@?[a-z0-9]([-a-z0-9.]*[a-z0-9])?(@[a-z-]+)?")
FILE_ENDINGS = (".yaml", ".yml", ".json", ".jsonl", ".gz", ".tgz", ".tar", ".zip", ".txt", ".pyz")


@dataclass(frozen=True, slots=True)
class Link:
    """One reading of a text."""

    context: str = ""
    namespace: str = ""
    """"" for that of the place one is at, `all` for all of them."""
    name: str = ""
    """"" for a list, or where only the uid is known."""
    step: str = ""
    kind: str = "wf"
    """Id of the kind."""
    pane: str = ""
    """Id of the pane; "" for the one that it opens with."""
    spot: str = ""
    """Where in the text of the pane: a time, or the number of a line."""
    query: str = ""
    """The filter of a list."""
    uid: str = ""
    """Of a run that only the archive may have; "" where it is not known."""
    host: str = ""
    """The Argo Server whose page it is; "" for none."""

    @property
    def is_list(self) -> bool:
        """Whether it is a list, not an object."""
        return not self.name and not self.uid

    def __str__(self) -> str:
        """The text of the place."""
        parts = [self.context] if self.context else []
        parts += [self.namespace] if self.namespace else [ALL] if self.context else []
        named = f"{self.kind}:" if self.kind != "wf" else ""
        if self.is_list:
            query = f"/{_part(self.query, '/')}" if self.query else ""
            return f"{'/'.join(map(_part, parts or [ALL]))}/{named}{query}"
        parts.append(f"{named}{self.name}" if self.name else f"{UID}:{self.uid}")
        parts += [self.step] if self.step else []
        whole = "/".join(map(_part, parts))
        pane = next((word for word, known in PANES.items() if known == self.pane), self.pane)
        spot = f":{self.spot}" if self.spot else ""
        return f"{whole}@{pane}{spot}" if pane else whole


def page_of(base: str, link: Link) -> str:
    """The address of Argo's web page that shows what a link leads to, below an address; "" where
    they show no such thing."""
    page = next((page for page, kind in PAGES.items() if kind == link.kind), "")
    if not page or not link.name:
        return ""
    parts = [page, link.namespace, link.name] if link.namespace else [page, link.name]
    asked = {"uid": link.uid, "tab": "workflow" if link.step else "", "nodeId": link.step}
    query = urlencode({name: value for name, value in asked.items() if value})
    where = "/".join(quote(part, safe="") for part in parts)
    return f"{base.rstrip('/')}/{where}" + (f"?{query}" if query else "")


def _part(text: str, more: str = "") -> str:
    return quote(text, safe=SAFE.replace("%", "") + more)


def is_short(word: str) -> bool:
    """Whether a word of a command line can only be NAMESPACE/NAME: one slash, and no file's
    ending."""
    return (
        _SHORT.fullmatch(word) is not None
        and not word.endswith(FILE_ENDINGS)
        and len(word) <= LONGEST
    )


def is_address(text: str) -> bool:
    """Whether it is an address of the web."""
    return text.lower().startswith(("https://", "http://"))


def readings(text: str, contexts: Iterable[str] = ()) -> tuple[Link, ...]:
    """What a text may mean, the likeliest first; `contexts` are those that there are.

    Raises: InputError where it can mean nothing.
    """
    text = _stripped(text)
    if is_address(text):
        return (_of_page(text),)
    body, pane, spot = text, "", ""
    found = _SPOT.fullmatch(text)
    if found is not None and found["pane"] in PANES and "//" not in text:
        body, pane, spot = found["before"], PANES[found["pane"]], found["spot"] or ""
    made = [
        replace(each, pane=pane, spot=spot)
        for each in _of_parts(body, sorted(contexts, key=len, reverse=True))
    ]
    if not made:
        raise InputError(f"{text} names nothing", hint=HOW)
    for each in made:
        _check(each)
    return tuple(dict.fromkeys(made))


HOW = "NAMESPACE/NAME, NAME/STEP, CONTEXT/NAMESPACE/NAME/STEP, @latest, or a link of Argo's pages"


def _stripped(text: str) -> str:
    """A text as it was pasted, without the quotes and blanks that came along."""
    text = text.strip()
    for sign in ("'", '"', "`"):
        if len(text) > 1 and text.startswith(sign) and text.endswith(sign):
            text = text[1:-1].strip()
    text = text.removeprefix("<").removesuffix(">") if text.startswith("<http") else text
    if not text:
        raise InputError("a place is empty", hint=HOW)
    if len(text) > LONGEST:
        raise InputError(f"a place has at most {LONGEST:,} characters")
    if not is_utf8(text) or not text.isprintable():
        raise InputError("a place holds characters that cannot be printed")
    return text


def _of_parts(text: str, contexts: Iterable[str]) -> Iterator[Link]:
    """The readings of parts with slashes between them."""
    for context in contexts:
        for written in dict.fromkeys((context, _part(context))):
            rest = text.removeprefix(f"{written}/")
            if rest == text or not rest:
                continue
            if "/" in rest:
                yield from _within(context, rest)
            else:
                # `dev/x` is a workflow of the namespace dev before it is one of the cluster dev.
                yield from _within("", text)
                yield from _within(context, rest)
            return
    yield from _within("", text)


def _within(context: str, text: str) -> Iterator[Link]:
    """The readings of what comes after the context."""
    first, slash, rest = text.partition("/")
    if not slash:
        yield _object(context, "", first)
        return
    listed = re.fullmatch(r"(?:([a-z]+):)?(?:/(.*))?", rest, re.DOTALL)
    if listed is not None:
        yield Link(context, unquote(first), kind=listed[1] or "wf", query=unquote(listed[2] or ""))
        return
    second, _, step = rest.partition("/")
    named = _KIND.fullmatch(second)
    yield _object(context, unquote(first), second, unquote(step))
    # Or the workflow is of the namespace one is in, and all that follows is the name of a step.
    if named is None and not typed_fault(unquote(first)):
        yield Link(context, "", unquote(first), unquote(rest))


def _object(context: str, namespace: str, word: str, step: str = "") -> Link:
    """The object that a word names: NAME, KIND:NAME or uid:UID."""
    named = _KIND.fullmatch(word)
    if named is None:
        return Link(context, namespace, unquote(word), step)
    name = unquote(named["name"])
    if named["kind"] == UID:
        return Link(context, namespace, "", step, uid=name)
    return Link(context, namespace, name, step, named["kind"])


def _of_page(text: str) -> Link:
    """The place of an address of Argo's web pages, whatever stands before them."""
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
    except ValueError as error:
        raise InputError("this is no address", hint=str(error)) from error
    words = [unquote(word) for word in parts.path.split("/") if word]
    pages = [i for i, word in enumerate(words) if word in PAGES]
    # The server's own base may be called like a page; a page has two words behind it at most.
    at = next((i for i in pages if len(words) - i <= 3), pages[0] if pages else None)
    if at is None or not host:
        raise InputError(
            "this address is of none of Argo's pages",
            hint=f"of these are read: {', '.join(PAGES)}",
        )
    page, rest = words[at], words[at + 1 :]
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    panel, _, more = asked.get("sidePanel", "").partition(":")
    node = asked.get("nodeId", "") or more.partition(":")[0]
    pane = next(
        (
            PANES[word]
            for word in (panel, asked.get("nodePanelView", ""), asked.get("tab", ""))
            if word in PANES
        ),
        "",
    )
    namespace = "" if page == "cluster-workflow-templates" else rest[0] if rest else ALL
    name = (rest[:1] if page == "cluster-workflow-templates" else rest[1:2]) or [""]
    uid = asked.get("uid", "")
    if page == "archived-workflows" and name[0]:
        uid, name = name[0], [""]
    phases = parse_qs(parts.query).get("phase", [])
    query = f"phase:{'|'.join(phases)}" if phases and not name[0] and not uid else ""
    link = Link(
        "", namespace, name[0], node, PAGES[page], pane, query=query, uid=uid, host=host.lower()
    )
    _check(link)
    return link


def _check(link: Link) -> None:
    """Raises: InputError where no name of it can be one."""
    if link.name.startswith("@") and link.name not in WORDS:
        raise InputError(
            f"nothing is called {link.name}", hint=f"what stands for a run: {', '.join(WORDS)}"
        )
    names = {"name": link.name, "namespace": link.namespace, "uid": link.uid}
    for what, text in names.items():
        fault = typed_fault(text) if text else ""
        if fault:
            raise InputError(f"the {what} {fault}" + (f": {text}" if text.isprintable() else ""))
    for text in (link.step, link.query, link.context):
        if not text.isprintable() or not is_utf8(text):
            raise InputError("a place holds characters that cannot be printed")
