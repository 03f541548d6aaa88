"""The values that parameters of a template were given last, so that a form can offer them again.

They lie in a file of the user's alone. What looks like a secret, by its name or by itself, is never
kept, nor is what is too long to be offered on a line.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from tui.domain.hidden import names_secret, without_secrets

MOST_TEMPLATES = 200
MOST_VALUES = 5
LONGEST = 200
"""Characters of a value that is kept."""
LARGEST = 4 << 20
"""Bytes of the file, from which on it is not read."""

Known = dict[str, dict[str, list[str]]]
"""Template → parameter → its values, the latest first; the template used last is the last."""


class UsedValues:
    """What was used; nothing that fails here is worth telling."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The file."""
        if self._path is None:
            from platformdirs import user_state_path

            self._path = user_state_path("argo-tui") / "used-values.json"
        return self._path

    def of(self, template: str) -> Mapping[str, Sequence[str]]:
        """The values of each parameter of a template, the latest first."""
        return self._read().get(template, {}) if template else {}

    def remember(self, template: str, values: Mapping[str, str]) -> None:
        """These were given to a template just now."""
        kept = {name: value for name, value in values.items() if _may_be_kept(name, value)}
        if not template or not kept:
            return
        known = self._read()
        mine = known.pop(template, {})
        for name, value in kept.items():
            others = [each for each in mine.get(name, ()) if each != value]
            mine[name] = [value, *others][:MOST_VALUES]
        known[template] = mine
        while len(known) > MOST_TEMPLATES:
            del known[next(iter(known))]
        with contextlib.suppress(OSError):
            self._write(known)

    def _read(self) -> Known:
        try:
            if self.path.stat().st_size > LARGEST:
                return {}
            return msgspec.json.decode(self.path.read_bytes(), type=Known)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}

    def _write(self, known: Known) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Made for its owner alone, and whole or not at all.
        descriptor, name = tempfile.mkstemp(dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(known))
            os.replace(name, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def _may_be_kept(name: str, value: str) -> bool:
    is_short = 0 < len(value) <= LONGEST and "\n" not in value
    return is_short and not names_secret(name) and without_secrets(value) == value
