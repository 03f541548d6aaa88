"""Who we are to an Argo Server: a token, from the environment, a file or a command.

The server takes the whole value of a header, `Bearer …`. What has no such prefix it does not take
for a token at all, and where it may act as itself it does that, silently. So the prefix is put
before a token that has none. A file and a command are asked again when a token is refused.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping

from tui.domain.hidden import said_without_secrets
from tui.domain.text import clean
from tui.errors import Misconfigured, SettingsError, Unauthenticated
from tui.sources.argo_server_answers import HOW_TO_LOG_IN
from tui.sources.connection_settings import ServerRules
from tui.sources.credentials import MOST_CONNECTIONS, Access, Hidden
from tui.sources.pools import make_connections

BEARER = "Bearer "
COMMAND_TIMEOUT = 60.0
"""Seconds that a command may take to print a token."""
COOKIE = "authorization="
"""How a browser's cookie begins that holds a token."""


def url_of(rules: ServerRules) -> str:
    """The URL of a server. Raises: SettingsError for what is no address."""
    text, scheme = rules.address.strip().rstrip("/"), "https" if rules.secure else "http"
    if "://" in text:
        scheme, _, text = text.partition("://")
    host, _, path = text.partition("/")
    name, colon, port = host.rpartition(":")
    is_port = not colon or host.endswith("]") or (port.isdecimal() and 0 < int(port) < 65536)
    named = host if not colon or host.endswith("]") else name
    odd = set(host) & set("@?#%\\ \t") or not host.isprintable()
    if scheme not in ("http", "https") or not named or odd or not is_port:
        raise SettingsError(
            f"{clean(text) or 'an empty text'} is no address of an Argo Server",
            hint="--server or ARGO_SERVER names it as HOST:PORT, or https://HOST:PORT/BASE",
        )
    base = "/".join(part.strip("/") for part in (path, rules.base_href) if part.strip("/"))
    return f"{scheme}://{host}" + (f"/{base}" if base else "")


def label_of(rules: ServerRules) -> str:
    """What a server is called: its address without scheme and path."""
    return (
        rules.address.strip().partition("://")[2].partition("/")[0]
        or (rules.address.strip().partition("/")[0])
    )


def header_of(text: str) -> str:
    """The header that a token comes to, however it was given; "" for none.

    Raises: ValueError for what cannot be a token.
    """
    text = text.strip()
    text = text.removeprefix("Cookie:").strip()
    if text.startswith(COOKIE):
        text = text.removeprefix(COOKIE).strip().strip('"')
    if not text:
        return ""
    if "\n" in text or not text.isprintable():
        raise ValueError("it has several lines, or characters that no token has")
    scheme, blank, rest = text.partition(" ")
    if not blank:
        return BEARER + text
    if scheme.lower() == "bearer":
        return BEARER + rest.strip()
    if scheme.lower() == "basic":
        return f"Basic {rest.strip()}"
    raise ValueError("it has a blank in it, and no Bearer before that")


class ServerLogin:
    """Makes an `Access` of a server, as often as needed; each time the token is had anew."""

    def __init__(
        self,
        rules: ServerRules,
        environ: Mapping[str, str] = os.environ,
        *,
        run: Callable[[str], str] | None = None,
    ) -> None:
        self._rules = rules
        self._environ = environ
        self._run = run or _printed_by
        self._pasted = ""
        self.pastes = 0
        """How often a token was pasted: who we are may be another since."""

    def paste(self, text: str) -> None:
        """Use this token instead of any other. Raises: ValueError for what cannot be one."""
        header = header_of(text)
        if not header:
            raise ValueError("it is empty")
        self._pasted = header
        self.pastes += 1

    @property
    def named(self) -> str:
        """What gives the token, in words; "" for nothing."""
        rules = self._rules
        if self._pasted:
            return "a pasted token"
        if rules.token_command:
            return "the token command"
        if rules.token_file:
            return "a token file"
        own = rules.takes_environment and self._environ.get("ARGO_TOKEN", "").strip()
        certificate = "a client certificate" if rules.client_certificate else ""
        return "the token in ARGO_TOKEN" if own else certificate

    @property
    def has_source(self) -> bool:
        """Whether anything says where a token comes from."""
        rules = self._rules
        own = rules.takes_environment and self._environ.get("ARGO_TOKEN", "").strip()
        return bool(self._pasted or rules.token_command or rules.token_file or own)

    def header(self) -> Hidden:
        """What is sent to say who we are; empty for nothing.

        Raises: Misconfigured for a file that cannot be read, Unauthenticated where a command gives
            no token.
        """
        if self._pasted:
            return Hidden(self._pasted)
        text, what = self._told()
        try:
            return Hidden(header_of(text))
        except ValueError as error:
            raise Misconfigured(
                f"what {what} gives is no token: {error}", hint=HOW_TO_LOG_IN, reason="Token"
            ) from error

    def access(self) -> Access:
        """Have the token anew and build the connections. Raises: as `header`; SettingsError."""
        rules = self._rules
        header = self.header()
        cluster = {
            "insecure-skip-tls-verify": rules.insecure_skip_verify,
            "certificate-authority": _there(rules.certificate_authority, "certificate authority"),
        }
        connections = make_connections(
            url_of(rules), cluster, "", self._certificate(), self._environ, most=MOST_CONNECTIONS
        )
        return Access(connections, lambda: header)

    def _told(self) -> tuple[str, str]:
        """The text of a token, and what gave it."""
        rules = self._rules
        if rules.token_command:
            return self._run(rules.token_command), "the token command"
        if rules.token_file:
            path = os.path.expanduser(rules.token_file)
            try:
                with open(path, encoding="utf-8") as file:
                    return file.read(), f"the token file {path}"
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is not text"
                raise Misconfigured(
                    f"cannot read the token file {path}: {why}", reason="TokenFile"
                ) from error
        if rules.takes_environment:
            return self._environ.get("ARGO_TOKEN", ""), "ARGO_TOKEN"
        return "", ""

    def _certificate(self) -> tuple[str, str] | None:
        certificate = _there(self._rules.client_certificate, "client certificate")
        key = _there(self._rules.client_key, "client key")
        if bool(certificate) is not bool(key):
            raise SettingsError("a client certificate needs its key, and a key its certificate")
        return (certificate, key) if certificate else None


def _there(path: str, what: str) -> str:
    """The path of a file, which has to be there; "" for none. Raises: SettingsError."""
    full = os.path.abspath(os.path.expanduser(path)) if path else ""
    if full and not os.path.isfile(full):
        raise SettingsError(f"the {what} for the Argo Server is not there: {full}")
    return full


def _printed_by(command: str) -> str:
    """What a command prints. It gets no terminal: it may ask nobody.

    Raises: Misconfigured for what cannot be run, Unauthenticated for one that fails.
    """
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise Unauthenticated(
            f"the token command gave nothing within {COMMAND_TIMEOUT:.0f} s",
            hint="it may wait for an answer, and gets no terminal here",
            reason="TokenCommand",
        ) from error
    except (OSError, ValueError, IndexError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Misconfigured(
            f"cannot run the token command: {why}", reason="TokenCommand"
        ) from error
    if done.returncode != 0:
        last = said_without_secrets(clean(done.stderr.strip().rpartition("\n")[2]))
        raise Unauthenticated(
            f"the token command failed with exit code {done.returncode}"
            + (f": {last}" if last else ""),
            reason="TokenCommand",
        )
    if not done.stdout.strip():
        raise Unauthenticated("the token command printed nothing", reason="TokenCommand")
    return done.stdout
