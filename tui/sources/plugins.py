"""Asking a credential plugin (`aws`, `gke-gcloud-auth-plugin`, …) who we are.

The rules are those of client-go's plugin/pkg/client/auth/exec: what a plugin is told, what it may
answer, and when it gets the terminal (`interactiveMode`). There is one difference. A plugin that
only may have the terminal is first run without it while an app draws, because nearly all of them
need none, and the screen would vanish for a moment at each renewal. What such a plugin prints does
not reach the screen. One runs at a time, and an answer is kept until shortly before its end.
"""

from __future__ import annotations

import codecs
import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tui.domain.hidden import IN_USE, names_secret, said_without_secrets
from tui.domain.text import clean
from tui.errors import Misconfigured, SourceError, Unauthenticated
from tui.ports.terminal import TERMINAL, Terminal

TIMEOUT = 60.0
"""Seconds a plugin may take; some open a browser."""
PATIENCE = 15.0
"""Seconds that a plugin may take which could be waiting for an answer to a question."""
REST = timedelta(minutes=5)
"""How long nobody is asked again who did not log in."""
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
        cluster_folder: str = "",
        terminal: Terminal = TERMINAL,
    ) -> None:
        self.config = config
        """The `exec` section of the kubeconfig."""
        self._folder = folder
        self._cluster = cluster if config.get("provideClusterInfo") else None
        self._cluster_folder = cluster_folder
        self._now = now
        self._timeout = timeout
        self._terminal = terminal
        self._lock = threading.Lock()
        self._kept: Credential | None = None
        self._failed_in_terminal: tuple[datetime, SourceError] | None = None
        """When a person was last asked in vain."""

    @property
    def name(self) -> str:
        """The command, as it is called in messages."""
        return os.path.basename(str(self.config.get("command") or "?"))

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

    @property
    def certificate_is_over(self) -> bool:
        """Whether the last answer has a certificate that is at its end."""
        kept = self._kept
        return kept is not None and bool(kept.certificate) and self._is_over(kept)

    def _is_over(self, kept: Credential) -> bool:
        return kept.expires is not None and kept.expires - SKEW <= self._now()

    def _ask(self) -> Credential:
        mode = self.config.get("interactiveMode")
        if mode == "Never" or not self._terminal.is_there:
            if mode == "Always":
                raise Unauthenticated(
                    f"the credential plugin {self.name} wants to ask something on a terminal, "
                    "and there is none",
                    hint="run it in a terminal, or log in by another --context",
                    reason="Plugin",
                )
            return self._read(self._answer(self._timeout))
        if not self._terminal.is_of_app:
            return self._read(self._terminal.lend(self._answer_in_terminal))
        return self._ask_in_app(may_be_quiet=mode != "Always")

    def _ask_in_app(self, *, may_be_quiet: bool) -> Credential:
        """The same where an app draws: without the terminal if that goes, else with it.

        A person who refused is left alone for a while, whoever asks meanwhile.
        """
        failed = self._failed_in_terminal
        is_resting = failed is not None and self._now() < failed[0] + REST
        if may_be_quiet:
            try:
                return self._read(self._answer(self._timeout if is_resting else PATIENCE))
            except Misconfigured:
                raise
            except Unauthenticated:
                if is_resting:
                    raise
        if failed is not None and is_resting:
            raise failed[1]
        try:
            found = self._read(self._terminal.lend(self._answer_in_terminal))
        except SourceError as error:
            self._failed_in_terminal = self._now(), error
            raise
        self._failed_in_terminal = None
        return found

    def _answer(self, seconds: float) -> bytes:
        """What it prints without a terminal."""
        return self._output(
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, interactive=False, seconds=seconds
        )

    def _answer_in_terminal(self) -> bytes:
        """What it prints; it asks questions on our own input and error output."""
        if self._terminal.is_of_app:
            with suppress(OSError):
                os.write(2, f"argo-tui: {clean(self.name)} logs you in\r\n".encode())
        return self._output(stdin=None, stderr=None, interactive=True, seconds=None)

    def _output(
        self, *, stdin: int | None, stderr: int | None, interactive: bool, seconds: float | None
    ) -> bytes:
        try:
            done = subprocess.run(
                self._command(),
                env=self._environment(interactive),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                timeout=seconds,
            )
        except FileNotFoundError as error:
            hint = str(self.config.get("installHint") or "").strip()
            raise Misconfigured(
                f"the credential plugin {self.name} is not installed",
                hint=hint or "kubeconfig names it for this user",
                reason="Plugin",
            ) from error
        except subprocess.TimeoutExpired as error:
            # Its own words are the whole command, secrets among its arguments.
            raise Unauthenticated(
                f"the credential plugin {self.name} did not answer within {seconds:.0f} s",
                hint="run `kubectl get workflows` once outside; many plugins then remember",
                reason="Plugin",
            ) from error
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise Unauthenticated(
                f"the credential plugin {self.name} could not be run: {why}", reason="Plugin"
            ) from error
        if done.returncode:
            said = (done.stderr or b"").decode(errors="replace").strip()
            said = said_without_secrets(said, self._secrets())
            raise Unauthenticated(
                f"the credential plugin {self.name} failed: "
                f"{said[-400:] or f'exit code {done.returncode}'}",
                hint="log in again",
                reason="Plugin",
            )
        return done.stdout

    def _command(self) -> list[str]:
        command = str(self.config.get("command") or "")
        if os.sep in command and not os.path.isabs(command):
            command = os.path.join(self._folder, command)
        return [command, *(str(arg) for arg in self.config.get("args") or ())]

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
            for item in self.config.get("env") or ()
            if isinstance(item, dict) and "name" in item
        }

    def _environment(self, interactive: bool) -> dict[str, str]:
        spec: dict[str, Any] = {"interactive": interactive}
        if self._cluster is not None:
            spec["cluster"] = self._told_of_cluster(self._cluster)
        info = {
            "apiVersion": self.config.get("apiVersion"),
            "kind": "ExecCredential",
            "spec": spec,
        }
        told = msgspec.json.encode(info).decode()
        return {**os.environ, **self._variables(), "KUBERNETES_EXEC_INFO": told}

    def _told_of_cluster(self, cluster: Mapping[str, Any]) -> dict[str, Any]:
        """The cluster as plugins know it: its authority as data, and what is meant for them."""
        told = {name: cluster[name] for name in _TOLD if cluster.get(name)}
        file = cluster.get("certificate-authority")
        if file and "certificate-authority-data" not in told:
            path = os.path.join(self._cluster_folder, str(file))
            with suppress(OSError), open(path, "rb") as authority:
                told["certificate-authority-data"] = b64encode(authority.read()).decode()
        for extension in cluster.get("extensions") or ():
            if isinstance(extension, Mapping) and extension.get("name") == _EXTENSION:
                told["config"] = extension.get("extension")
        return told

    def _read(self, output: bytes) -> Credential:
        try:
            status = _answer_in(output).status
        except _UNREADABLE as error:
            raise Unauthenticated(
                f"the credential plugin {self.name} did not answer with an ExecCredential",
                reason="Plugin",
            ) from error
        IN_USE.keep(status.token, status.client_key_data)
        if bool(status.client_certificate_data) != bool(status.client_key_data):
            raise Unauthenticated(
                f"the credential plugin {self.name} gave only one of certificate and key",
                hint="log in again",
                reason="Plugin",
            )
        if not status.token and not status.client_certificate_data:
            raise Unauthenticated(
                f"the credential plugin {self.name} gave neither token nor certificate",
                hint="log in again",
                reason="Plugin",
            )
        return Credential(
            status.token,
            status.client_certificate_data,
            status.client_key_data,
            status.expiration_timestamp,
        )


_EXTENSION = "client.authentication.k8s.io/exec"
"""The name of the extension of a cluster that is meant for plugins."""
_TOLD = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
)


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _Answer(msgspec.Struct):
    status: _Status


def _answer_in(output: bytes) -> _Answer:
    """What a plugin printed. Raises: one of `_UNREADABLE`."""
    try:
        return msgspec.json.decode(output.removeprefix(codecs.BOM_UTF8), type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # kubectl reads YAML as well, and so text as Windows' shells write it.
        import yaml

        try:
            found = yaml.load(output, Loader=yaml.BaseLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise msgspec.DecodeError("neither JSON nor YAML") from error
        return msgspec.convert(found, _Answer, strict=False)


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
