"""Asking a credential plugin (`aws`, `gke-gcloud-auth-plugin`, …) who we are.

The official client would give the plugin our terminal: it asks `sys.stdout.isatty()`, which is true
inside a TUI, and lets the plugin write over the screen (platform.md 0). So plugins run here: no
stdin, both outputs caught, one at a time, and an answer is kept until shortly before its end.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tui.domain.hidden import IN_USE, names_secret, said_without_secrets
from tui.errors import Misconfigured, Unauthenticated

TIMEOUT = 60.0
"""Seconds a plugin may take; some open a browser."""
SHORTEST = 4
"""Characters of a secret that is looked for in a plugin's words; less would hide parts of words."""
SKEW = timedelta(seconds=20)
"""How long before its end a credential is no longer used."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a plugin answered."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: datetime | None = None


class Plugin:
    """One user's credential plugin, with its last answer."""

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        folder: str = "",
        cluster: Mapping[str, Any] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = TIMEOUT,
    ) -> None:
        self._config = config
        self._folder = folder
        self._cluster = cluster if config.get("provideClusterInfo") else None
        self._now = now
        self._timeout = timeout
        self._lock = threading.Lock()
        self._kept: Credential | None = None

    @property
    def name(self) -> str:
        """The command, as it is called in messages."""
        return os.path.basename(str(self._config.get("command") or "?"))

    def credential(self) -> Credential:
        """A credential that holds for a while; runs the plugin only if the last one is over."""
        with self._lock:
            if self._kept is None or self._is_over(self._kept):
                self._kept = self._ask()
            return self._kept

    def forget(self) -> None:
        """The cluster did not accept the last answer: ask again next time."""
        with self._lock:
            self._kept = None

    def _is_over(self, kept: Credential) -> bool:
        return kept.expires is not None and kept.expires - SKEW <= self._now()

    def _ask(self) -> Credential:
        if self._config.get("interactiveMode") == "Always":
            raise Unauthenticated(
                f"the credential plugin {self.name} wants to talk to a terminal",
                hint="run `kubectl get workflows` once outside; many plugins then remember",
                reason="Plugin",
            )
        done = self._run()
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            said = said_without_secrets(said, self._secrets())
            raise Unauthenticated(
                f"the credential plugin {self.name} failed: "
                f"{said[-400:] or f'exit code {done.returncode}'}",
                hint="log in again",
                reason="Plugin",
            )
        return self._read(done.stdout)

    def _run(self) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                self._command(),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout,
            )
        except FileNotFoundError as error:
            hint = str(self._config.get("installHint") or "").strip()
            raise Misconfigured(
                f"the credential plugin {self.name} is not installed",
                hint=hint or "kubeconfig names it for this user",
                reason="Plugin",
            ) from error
        except subprocess.TimeoutExpired as error:
            # Its own words are the whole command, secrets among its arguments.
            raise Unauthenticated(
                f"the credential plugin {self.name} did not answer within {self._timeout:.0f} s",
                hint="run `kubectl get workflows` once outside; many plugins then remember",
                reason="Plugin",
            ) from error
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise Unauthenticated(
                f"the credential plugin {self.name} could not be run: {why}", reason="Plugin"
            ) from error

    def _command(self) -> list[str]:
        command = str(self._config.get("command") or "")
        if os.sep in command and not os.path.isabs(command):
            command = os.path.join(self._folder, command)
        return [command, *(str(arg) for arg in self._config.get("args") or ())]

    def _secrets(self) -> set[str]:
        """What the kubeconfig gives the plugin under a name that says that it is a secret."""
        found = [value for name, value in self._variables().items() if names_secret(name)]
        args = self._command()[1:]
        for arg, following in zip(args, [*args[1:], ""], strict=True):
            flag, mark, value = arg.partition("=")
            if flag.startswith("-") and names_secret(flag):
                found.append(value if mark else following)
        return {value for value in found if len(value) >= SHORTEST}

    def _variables(self) -> dict[str, str]:
        return {
            str(item["name"]): str(item.get("value", ""))
            for item in self._config.get("env") or ()
            if isinstance(item, dict) and "name" in item
        }

    def _environment(self) -> dict[str, str]:
        spec: dict[str, Any] = {"interactive": False}
        if self._cluster is not None:
            spec["cluster"] = self._cluster
        info = {
            "apiVersion": self._config.get("apiVersion"),
            "kind": "ExecCredential",
            "spec": spec,
        }
        told = msgspec.json.encode(info).decode()
        return {**os.environ, **self._variables(), "KUBERNETES_EXEC_INFO": told}

    def _read(self, output: bytes) -> Credential:
        try:
            answer = msgspec.json.decode(output, type=_Answer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Unauthenticated(
                f"the credential plugin {self.name} did not answer with an ExecCredential",
                reason="Plugin",
            ) from error
        status = answer.status
        if not status.token and not (status.client_certificate_data and status.client_key_data):
            raise Unauthenticated(
                f"the credential plugin {self.name} gave neither token nor certificate",
                hint="log in again",
                reason="Plugin",
            )
        IN_USE.keep(status.token, status.client_key_data)
        return Credential(
            status.token,
            status.client_certificate_data,
            status.client_key_data,
            status.expiration_timestamp,
        )


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _Answer(msgspec.Struct):
    status: _Status
