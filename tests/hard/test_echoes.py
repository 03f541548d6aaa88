"""What a server, a proxy or a store repeats of what we sent is shown, printed, logged nowhere."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.echoing import PASSWORD, TOKEN, echo_kinds, forms, leaks
from tests.support.fake_api import fake_api, secure_api, write_kubeconfig
from tests.support.headless import run
from tests.support.pty import Pty, run_tui
from tests.support.s3_store import here
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.domain.hidden import IN_USE, without_secrets
from tui.domain.location import SecretRef
from tui.domain.text import clean, clean_lines, clean_log, clean_plain
from tui.errors import SourceError, TuiError

LOGINS: dict[str, dict[str, Any]] = {
    "token": {"token": TOKEN},
    "password": {"username": "jane", "password": PASSWORD},
    "token and a plugin's": {
        "token": TOKEN,
        "exec": {"env": [{"name": "X_SECRET", "value": PASSWORD}]},
    },
}
COMMANDS = (
    ["get", "a"],
    ["get", "a", "-o", "json"],
    ["list"],
    ["list", "-o", "wide"],
    ["list", "-o", "yaml"],
    ["logs", "a", "--no-prefix"],
    ["plan", "delete", "a"],
    ["plan", "submit", "--from", "cronwf/a"],
)
KINDS = echo_kinds([TOKEN, PASSWORD])
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION = "FwoGZXIvYXdzEBYaDEXAMPLE//session=="


def secrets_in(login: dict[str, Any]) -> list[str]:
    found = [login.get("token", ""), login.get("password", "")]
    return [*filter(None, found), *([PASSWORD] if "exec" in login else [])]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_command_prints_what_an_api_server_repeats(
    kind: str, login: str, tmp_path: Path
) -> None:
    user = LOGINS[login]
    with secure_api(KINDS[kind]) as api:
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        config = str(path)
        for words in COMMANDS:
            said = run(["--kubeconfig", config, *words])
            assert leaks(said.out + said.err, secrets_in(user)) == []
        assert api.asked, "nothing was sent, so nothing could be repeated"


def test_the_words_of_an_error_stay_when_no_secret_is_in_them(tmp_path: Path) -> None:
    with fake_api(
        lambda asked, reply: reply.refuse(400, "BadRequest", "bearer of bad news")
    ) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        assert "bearer of bad news" in run(["--kubeconfig", config, "get", "a"]).err


@pytest.mark.parametrize("form", forms(TOKEN))
@pytest.mark.parametrize("cleaned", [clean, clean_lines, clean_log, clean_plain, without_secrets])
def test_a_secret_in_use_passes_no_door_in_any_form(form: str, cleaned: Any) -> None:
    IN_USE.keep(TOKEN)
    text = f"before {forms(TOKEN)[form]} after"
    shown = cleaned(text)
    assert leaks(shown, [TOKEN]) == []
    assert shown.startswith("before ") and shown.endswith(" after")


@pytest.mark.parametrize("word", ["other", "of", "", "token", "the-pod"])
def test_a_secret_that_could_be_any_word_hides_no_words(word: str) -> None:
    IN_USE.keep(word)
    assert clean(f"there is no {word} here") == f"there is no {word} here"


def test_renewed_logins_are_hidden_and_old_ones_do_not_grow_for_ever() -> None:
    for number in range(1000):
        IN_USE.keep(f"token-number-{number:04}")
    assert clean("token-number-0999 token-number-0001") == "*** token-number-0001"


@contextmanager
def proxy(line: str, body: str) -> Iterator[str]:
    """A proxy that refuses every CONNECT and every request in these words."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing on stderr."""

        def _answer(self) -> None:
            told = self.headers.get("Proxy-Authorization", "")
            self.send_response(407, f"{line} {told}")
            self.send_header("X-Echo", told)
            self.end_headers()
            self.wfile.write(f"{body} {told}".encode())

        do_CONNECT = do_GET = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_what_a_proxy_repeats_is_not_shown(tmp_path: Path) -> None:
    basic = base64.b64encode(b"jane:hu:sh-17-proxy").decode()
    with proxy(f"no Bearer {TOKEN}", f"no {TOKEN}") as where:
        path = write_kubeconfig(tmp_path, "https://cluster.test", user={"token": TOKEN})
        config = json.loads(path.read_text())
        config["clusters"][0]["cluster"]["proxy-url"] = f"http://jane:hu%3Ash-17-proxy@{where}"
        path.write_text(json.dumps(config))
        said = run(["--kubeconfig", str(path), "list"])
    assert said.code == 1
    assert "the proxy on the way" in said.err
    assert leaks(said.err, [TOKEN, "hu:sh-17-proxy", basic]) == []


@contextmanager
def store(status: int, code: str) -> Iterator[str]:
    """A store that answers everything with this error and repeats what it knows in it."""
    known = " ".join(text for secret in (SECRET_KEY, SESSION) for text in forms(secret).values())

    def answer(asked: Any, reply: Any) -> None:
        said = f"{asked.headers} {asked.path} {asked.query} {known}".replace("&", "&amp;")
        said = said.replace("<", "&lt;")
        error = f"<Error><Code>{code}</Code><Message>{said}</Message></Error>"
        body = error if code else f"<html>{said}"
        reply.raw(body.encode(), status, {"Content-Type": "application/xml"})

    with fake_api(answer) as api:
        yield api.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "InvalidRequest"),
        (403, "SignatureDoesNotMatch"),
        (403, "AccessDenied"),
        (403, ""),
        (404, "NoSuchBucket"),
        (409, "OperationAborted"),
        (500, "InternalError"),
        (200, ""),
    ],
)
def test_what_a_store_repeats_is_in_no_error(status: int, code: str) -> None:
    def secrets(namespace: str, name: str, key: str) -> bytes:
        return {"user": b"AKIAIOSFODNN7EXAMPLE", "password": SECRET_KEY.encode()}.get(
            key, SESSION.encode()
        )

    with store(status, code) as endpoint:
        opened = S3Store(secrets)
        try:
            location = here(endpoint, "k/", session_token=SecretRef("minio", "session"))
            with pytest.raises(TuiError) as caught:
                opened.stat(location)
                opened.listing(location)
        finally:
            opened.close()
    words = f"{caught.value} {caught.value!r} {caught.value.hint}"
    assert leaks(words, [SECRET_KEY, SESSION]) == []
    assert "AKIAIOSFODNN7EXAMPLE" not in words


@pytest.mark.parametrize("kind", [TuiError, SourceError, StoreError])
def test_no_error_of_ours_can_be_made_with_a_secret_in_it(kind: type[TuiError]) -> None:
    IN_USE.keep(PASSWORD)
    for text in forms(PASSWORD).values():
        error = kind(f"it said {text}", hint=f"try {text}")
        assert leaks(f"{error} {error!r} {error.what} {error.hint}", [PASSWORD]) == []


REFUSED = ("status 400", "status 403", "page 502")
"""Kinds after which there is no list to show."""


@pytest.mark.pty
@pytest.mark.parametrize("kind", [*REFUSED, "objects"])
def test_no_screen_and_no_log_of_the_app_holds_what_a_server_repeats(
    kind: str, tmp_path: Path
) -> None:
    log = tmp_path / "textual.log"
    with secure_api(KINDS[kind]) as api:
        user = {"token": TOKEN}
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        config = str(path)
        argv = run_tui("--kubeconfig", config)
        with Pty(argv, columns=120, rows=40, env={"TEXTUAL_LOG": str(log)}) as terminal:
            terminal.wait_for("quit" if kind in REFUSED else "Failed")
            terminal.quiet(still=0.3)
            for keys in (["?"], ["escape"], ["enter"], ["l"], ["y"], ["c"], ["ctrl+l"], ["x"]):
                terminal.step(*keys, still=0.2)
            said = terminal.data.decode("utf-8", "replace") + terminal.picture()
    assert leaks(said, [TOKEN]) == []
    assert log.exists()
    assert leaks(log.read_text(), [TOKEN]) == []
    assert log.stat().st_mode & 0o077 == 0o044 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
