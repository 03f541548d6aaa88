"""The file of an incident: what is in it, what its members are called, and what is left out of it.

A tar archive, packed, with one member that says what the others are. Everything in it was looked
through for secrets: values of parameters and variables that are called like one, and those values
wherever else they stand. Hostile files are read too, so there are limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from tui.domain.hidden import HIDDEN, names_secret

SUFFIX = ".argo.tgz"
"""How the name of such a file ends."""
RECORDING = ".argo.rec"
"""How that of a recording ends (`domain/recording.py`)."""
RECORDED = b"argo-tui recording "
"""What one begins with, of whatever form."""
VERSION = 1
CONTENTS, WORKFLOW, OBJECTS, EVENTS, WHY, SAMPLES, AROUND, PAST = (
    *("contents.json", "workflow.json", "objects.json", "events.json"),
    *("why.txt", "samples.json", "around.json", "past.json"),
)
"""Names of its members."""
EVENTS_OF_ALL = "events"
"""What is lacking where no events could be saved."""
LOGS, ARTIFACTS = "logs/", "artifacts/"
MOST_UNPACKED = 4 << 30
"""Bytes of all members together; more is no incident, and may be an attack."""
MOST_MEMBERS = 100_000
MOST_TEXT = 256 << 20
"""Bytes of a member that is read whole, such as the workflow."""
MOST_AROUND = 4 << 20
"""Bytes of one kind of what stands around a run."""
MOST_ARTIFACT = 1 << 20
"""Bytes of an artifact that is saved, unless somebody says otherwise."""
SHORTEST = 4
"""Characters of a secret value that is looked for elsewhere; less would hide parts of words."""


def events_of(name: str) -> str:
    """What is lacking where the events of a run, or of one of its pods, could not be saved."""
    return f"events of {name}"


class Surroundings(msgspec.Struct):
    """What a reason may need of what stood around a run; what nobody needed was not read."""

    found: dict[str, list[dict[str, Any]]] = {}
    """By what is asked for: `quotas`, `claims`, `namespace`, `nodes`, `pending`, `unfinished`."""
    why_not: dict[str, str] = {}
    """The same → why it could not be read."""


class Contents(msgspec.Struct, frozen=True):
    """What a file holds, and what it does not."""

    version: int = VERSION
    saved_at: str = ""
    by: str = ""
    """The program that wrote it."""
    context: str = ""
    """Where it was saved."""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    hidden: tuple[str, ...] = ()
    """Where values were left out, as paths or names."""
    lacks: tuple[str, ...] = ()
    """What could not be saved, each in a sentence."""
    why_not: Mapping[str, str] = {}
    """Member that somebody may look for → why it is not there."""
    archived: tuple[str, ...] = ()
    """Members that are logs as they were archived; others came from their pods, with times."""
    log_sizes: Mapping[str, int] = {}
    """Member that is the log of a pod → bytes of it as an artifact, which has neither times nor the
    lines of Argo's executor."""


def log_member(pod: str, container: str, *, previous: bool = False) -> str:
    """The member that a log is."""
    last = ".previous.log" if previous else ".log"
    return f"{LOGS}{quote(pod, safe='')}/{quote(container, safe='')}{last}"


def artifact_member(node: str, direction: str, name: str) -> str:
    """The member that an artifact is."""
    return f"{ARTIFACTS}{quote(node, safe='')}/{quote(direction)}/{quote(name, safe='')}"


# --- secrets -------------------------------------------------------------------------------------


class Redaction:
    """Leaves secrets out, and remembers what and where."""

    def __init__(self) -> None:
        self.hidden: list[str] = []
        self._values: set[str] = set()
        self._pattern: re.Pattern[bytes] | None = None
        self._sought: tuple[bytes, ...] = ()

    def learn(self, manifest: Any) -> None:
        """The values in it that are called like a secret: of `{name, value}`, and of fields."""
        for where, value in _secrets(manifest, ""):
            self.hidden.append(where)
            if len(value) >= SHORTEST and value != HIDDEN and value not in self._values:
                self._values.add(value)
                self._pattern = None

    def json(self, data: bytes) -> bytes:
        """The JSON of an object without its secrets, which are learned; all else is as it was.

        Raises: msgspec.MsgspecError, UnicodeDecodeError for what is no JSON.
        """
        if _MAY_NAME.search(data) is None and not self.has_any(data):
            return data
        found = msgspec.json.decode(data)
        self.learn(found)
        return msgspec.json.encode(self.redacted(found))

    def redacted(self, manifest: Any) -> Any:
        """The same without those values; what was learned is left out wherever it stands."""
        if isinstance(manifest, Mapping):
            named = str(manifest.get("name") or "")
            is_secret = "value" in manifest and names_secret(named)
            return {
                key: HIDDEN
                if isinstance(value, str)
                and value
                and ((is_secret and key == "value") or _is_secret_field(key, value))
                else self.redacted(value)
                for key, value in manifest.items()
            }
        if isinstance(manifest, list | tuple):
            return [self.redacted(each) for each in manifest]
        return self.text(manifest) if isinstance(manifest, str) else manifest

    def text(self, text: str) -> str:
        """A text without the values that were learned."""
        return self.data(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The same of bytes, as of a log."""
        if not self.has_any(data) or self._pattern is None:
            return data
        return self._pattern.sub(HIDDEN.encode(), data)

    def has_any(self, data: bytes) -> bool:
        """Whether one of the values that were learned is in it."""
        if self._values and self._pattern is None:
            # As they are, and as they stand in JSON, where quotes and the like are escaped.
            told = {each.encode(errors="surrogatepass") for each in self._values}
            told |= {msgspec.json.encode(each)[1:-1] for each in self._values if _is_utf8(each)}
            longest = sorted(told, key=len, reverse=True)
            self._sought = tuple(longest)
            self._pattern = re.compile(b"|".join(re.escape(each) for each in longest))
        # Looking for each of them is ten times as fast as the pattern.
        return any(each in data for each in self._sought)


def _secrets(manifest: Any, where: str) -> Iterator[tuple[str, str]]:
    """Place and value of each; not recursive in anything but the nesting of JSON, which is
    limited where it is read."""
    if isinstance(manifest, Mapping):
        named, value = str(manifest.get("name") or ""), manifest.get("value")
        if isinstance(value, str) and value and names_secret(named):
            yield f"{where} {named}".strip(), value
        for key, inner in manifest.items():
            if isinstance(inner, str) and _is_secret_field(str(key), inner):
                yield f"{where}.{key}".lstrip("."), inner
            elif not isinstance(inner, str):
                yield from _secrets(inner, f"{where}.{key}".lstrip("."))
    elif isinstance(manifest, list | tuple):
        for inner in manifest:
            yield from _secrets(inner, where)


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


_MAY_NAME = re.compile(
    rb"(?i)secret|token|passw|pwd|signature|credential|api[-_]?key|access[-_]?(?:key|id)|privatekey"
)
"""What is in JSON in which something may be called like a secret: see `names_secret`."""
_PLAIN = re.compile(r"(?i)(?:password|token|apikey|api_key|secretkey|privatekey)")


def _is_secret_field(key: str, value: str) -> bool:
    """Whether a field of this name holds a secret itself, and not the name of one."""
    return bool(value) and _PLAIN.fullmatch(key) is not None
