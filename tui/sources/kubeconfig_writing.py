"""Writing renewed tokens back into a kubeconfig that other programs read and write, too.

kubectl writes the whole file anew, without its comments; here only the tokens change. What kubectl
holds while it writes is held here as well: `FILE.lock`. Imported when a token was renewed.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from tui.errors import SettingsError

PATIENCE = 2.0
"""Seconds that another program may hold the file; a lock that stays is a crashed one's."""
PAUSE = 0.05


def write_tokens(path: str, user: str, old: Mapping[str, Any], changes: Mapping[str, str]) -> None:
    """Change fields of the `auth-provider` of a user, and nothing else in the file.

    A file whose refresh token is not that of `old` any more is left alone: somebody has logged in
    meanwhile. The file is replaced in one step and keeps its mode.

    Raises: OSError, SettingsError where it cannot be written.
    """
    # As kubectl, which would not replace a file that it may not write into.
    if not os.access(path, os.W_OK):
        raise PermissionError(f"{path} cannot be written")
    with _locked(path):
        real = os.path.realpath(path)
        with open(real, encoding="utf-8", newline="") as file:
            text = file.read()
        written = _changed(text, user, old, changes)
        if written is not None:
            _replace(real, written)


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold the lock of kubectl: a file beside it, which must not be there before."""
    lock = f"{path}.lock"
    patient_until = time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            break
        except FileExistsError:
            if time.monotonic() > patient_until:
                raise
            time.sleep(PAUSE)
    try:
        yield
    finally:
        with suppress(OSError):
            os.unlink(lock)


def _replace(path: str, text: str) -> None:
    """Put a new file in place of another one, with the same owner and mode."""
    about = os.stat(path)
    beside = f"{path}.argo-tui-{os.getpid()}"
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
            with suppress(OSError):
                os.fchown(descriptor, about.st_uid, about.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(about.st_mode))
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _changed(
    text: str, user: str, old: Mapping[str, Any], changes: Mapping[str, str]
) -> str | None:
    """The text of the file with other fields; None where it is not the file that was read."""
    import yaml

    try:
        config = _config_of(yaml.compose(text, Loader=yaml.SafeLoader), user)
        if config is None or _values(config).get("refresh-token") != old.get("refresh-token"):
            return None
        written = text
        for start, end, piece in sorted(_edits(text, config, changes), reverse=True):
            written = written[:start] + piece + written[end:]
        # An anchor, say, may be of several users. What the file says otherwise stays as it is.
        if _loaded(written) != _expected(text, user, changes):
            raise SettingsError("the kubeconfig cannot be changed without changing more of it")
        return written
    except (yaml.YAMLError, RecursionError, ValueError, KeyError, TypeError) as error:
        raise SettingsError("the kubeconfig cannot be read to change it") from error


def _config_of(root: Any, user: str) -> Any:
    """The node of users[name=user].user.auth-provider.config; None where there is no such map."""
    users = _at(root, "users")
    for entry in _inside(users, "sequence"):
        name = _at(entry, "name")
        if _inside(name, "scalar") == user:
            found = _at(_at(_at(entry, "user"), "auth-provider"), "config")
            return found if _inside(found, "mapping") else None
    return None


def _at(node: Any, wanted: str) -> Any:
    for key, value in _inside(node, "mapping"):
        if _inside(key, "scalar") == wanted:
            return value
    return None


def _inside(node: Any, kind: str) -> Any:
    """What is in a node of this kind; nothing in any other."""
    return node.value if node is not None and node.id == kind else ()


def _values(config: Any) -> dict[str, Any]:
    return {key.value: value.value for key, value in config.value}


def _edits(text: str, config: Any, changes: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the text changes (from, to), and what stands there then."""
    present = {key.value: value for key, value in config.value}
    for name, value in changes.items():
        # What JSON writes is YAML, too.
        quoted = json.dumps(value)
        if name in present:
            start, end = present[name].start_mark.index, present[name].end_mark.index
            # A block of text ends behind its line.
            yield start, end, quoted + ("\n" if text[start:end].endswith("\n") else "")
        else:
            first = config.value[0][0].start_mark
            behind = ", " if config.flow_style else "\n" + " " * first.column
            yield first.index, first.index, f"{json.dumps(name)}: {quoted}{behind}"


def _loaded(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=yaml.SafeLoader)


def _expected(text: str, user: str, changes: Mapping[str, str]) -> Any:
    wanted = _loaded(text)
    for entry in wanted["users"]:
        if str(entry.get("name")) == user:
            entry["user"] = {
                **entry["user"],
                "auth-provider": {
                    **entry["user"]["auth-provider"],
                    "config": {**entry["user"]["auth-provider"]["config"], **changes},
                },
            }
            break
    return wanted
