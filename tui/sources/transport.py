"""Where requests leave: raw paths over the connections of an `Access`.

Everything that must hold for every request holds here: who we are, time limits, gzip, the one
repetition after a 401, words for every failure, and the switch that lets no write out.

A read that gets 401 is repeated once with fresh credentials; a review, which asks who we are or
what we may do by a POST that changes nothing, counts as one. A write is never sent twice: a 401 was
surely not carried out by the API server, but a proxy on the way may answer 401 for reasons of its
own, and one rule without exceptions is the one that can be trusted. The credentials are fresh for
the next try.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlencode

import msgspec

from tui import __version__
from tui.errors import Misconfigured, Refused, SettingsError, SourceError, Stopped, Unreachable
from tui.ports.threads import CancelToken
from tui.sources.answers import KUBERNETES, UNREADABLE, Words
from tui.sources.connections import BROKEN, Answer, never_left
from tui.sources.credentials import Access
from tui.sources.health import RequestHealth
from tui.sources.paths import JSON, REVIEWS
from tui.sources.prefetch import Prefetches

if TYPE_CHECKING:  # a list does not wait for what reads artifacts
    from tui.ports.artifacts import Content

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
WRITE_TIMEOUT = 60.0
PIECE = 65536
REDIRECTS = (301, 302, 303, 307, 308)

Query = Iterable[tuple[str, str]]


class AccessProvider(Protocol):
    """Something that makes an `Access`."""

    def access(self) -> Access:
        """Read credentials anew and build connections."""


class RawConnection(NamedTuple):
    """A connection to the server, for another protocol."""

    socket: Any
    """Connected, by TLS where the server has it; of nobody else."""
    url: str
    """What is to be asked for on it."""
    path: str
    """The same without server and query."""
    headers: tuple[tuple[str, str], ...]
    """Those that say who we are."""


class Transport:
    """Requests to one cluster, or one server. Any number of threads may ask at once."""

    def __init__(
        self,
        provider: AccessProvider,
        *,
        server: str,
        read_only: bool = False,
        gzip: bool = True,
        read_timeout: float = READ_TIMEOUT,
        write_timeout: float = WRITE_TIMEOUT,
        words: Words = KUBERNETES,
    ) -> None:
        """`read_timeout` and `write_timeout` are the seconds that an answer to a read, and to a
        write, may be silent. `words` makes errors of what is answered, and of what is not."""
        self._provider = provider
        self._server = server
        self._read_only = read_only
        self._gzip = gzip
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._words = words
        self._lock = threading.Lock()
        self._access: Access | None = None
        self._prefetches = Prefetches()
        self.health = RequestHealth()
        """What the last requests came to, streams left aside."""

    def get(
        self,
        path: str,
        query: Query = (),
        *,
        accept: str = JSON,
        stop: CancelToken | None = None,
    ) -> bytes:
        """The body of an answer. Raises: SourceError; Stopped when stopped while it is read."""
        stop = stop or CancelToken()
        with self.health.of(path):
            early = self._prefetches.take(_key(path, query, accept), stop)
            if early is not None:
                return early()
            with self._answer("GET", path, query, accept=accept) as response:
                return self._body(response, stop)

    def prefetch(self, path: str, query: Query, *, accept: str = JSON) -> None:
        """Begin a `get` that will be wanted in a moment, beside whatever is done until then.

        What comes of it, be it an error, is that of the next `get` of just this, if that is soon.
        Only the beginning of the answer is waited for here: reading all of it would take turns
        with what is done meanwhile, and memory beside that of the answer before.
        """

        def ask(stop: CancelToken) -> Callable[[], bytes]:
            with ExitStack() as asking:
                response = asking.enter_context(self._answer("GET", path, query, accept=accept))
                rest = asking.pop_all()
            take_back = stop.on_set(rest.close)

            def read() -> bytes:
                take_back()
                with rest:
                    return self._body(response, stop)

            return read

        self._prefetches.begin(_key(path, query, accept), ask)

    def send(
        self, method: str, path: str, query: Query = (), body: Any = None, content_type: str = ""
    ) -> bytes:
        """Do one write, once. Raises: SourceError; Unreachable when its fate is not known."""
        self._check_writable(method, path)
        changes = not _is_question(method, path)
        payload = None if body is None else msgspec.json.encode(body)
        try:
            with (
                self.health.of(path),
                self._answer(
                    method,
                    path,
                    query,
                    body=payload,
                    content_type=content_type,
                    timeout=self._write_timeout if changes else self._read_timeout,
                ) as response,
            ):
                return self._body(response)
        except Unreachable as error:
            if changes and not never_left(error):
                raise Unreachable(
                    f"{error.what}; it may have been done or not",
                    hint="look before you repeat it",
                    reason=error.reason,
                ) from error
            raise

    @contextmanager
    def stream(
        self,
        path: str,
        query: Query,
        stop: CancelToken,
        *,
        quiet: float | None,
        opening: float = READ_TIMEOUT,
        accept: str = JSON,
    ) -> Iterator[Iterator[bytes]]:
        """The pieces of an endless answer, as they come; ends when stopped.

        `opening` is how long the answer may take to begin, `quiet` how long nothing may come after
        that, before the connection counts as broken.
        """
        with (
            self.health.of_stream(path),
            self._answer(
                "GET", path, query, accept=accept, timeout=opening, gzip=False
            ) as response,
        ):
            response.allow_silence(quiet)
            take_back = stop.on_set(response.break_off)
            try:
                yield self._pieces(response, stop)
            finally:
                take_back()

    @contextmanager
    def content(self, path: str, stop: CancelToken, *, quiet: float) -> Iterator[Content]:
        """Whatever is kept at a path, of any type, as it comes; ends when stopped.

        Raises: SourceError. `quiet` is how long it may be silent.
        """
        from tui.ports.artifacts import Content

        with (
            self.health.of_stream(path),
            self._answer(
                "GET", path, (), accept="*/*", timeout=quiet, gzip=False, is_content=True
            ) as response,
        ):
            response.allow_silence(quiet)
            take_back = stop.on_set(response.break_off)
            try:
                leads_to = response.headers.get("Location", "") if response.status >= 300 else ""
                yield Content(response.headers, self._pieces(response, stop), leads_to)
            finally:
                take_back()

    def raw(self, path: str, query: Query) -> RawConnection:
        """A connection for another protocol than HTTP, which is to be asked for on it.

        It may change something, so it is made once. Raises: SourceError.
        """
        self._check_writable("CONNECT", path)
        access = self._current()
        headers = (*access.headers(), ("User-Agent", f"argo-tui/{__version__}"))
        target = _target(path, query)
        try:
            sock, address = access.connections.raw(target, connect=CONNECT_TIMEOUT)
        except BROKEN as error:
            raise self._words.unreachable(error, self._server) from error
        return RawConnection(sock, address, path, headers)

    def claims(self) -> dict[str, Any]:
        """What our token says of us, unchecked; nothing where it says nothing, or where we act in
        the name of another. Raises: SourceError where we cannot log in."""
        return self._current().claims()

    def authorization(self) -> str:
        """The header that says who we are; "" for none. Raises: SourceError where we cannot log
        in."""
        headers = dict(self._current().headers())
        return headers.get("Authorization", "")

    def close(self) -> None:
        """Let go of what is idle, read or prefetched: nobody wants it any more. Writes go on."""
        self._prefetches.end()
        # Whoever holds the lock is logging in, which may take as long as a person at a browser;
        # there is nothing idle yet then.
        if self._lock.acquire(blocking=False):
            try:
                if self._access is not None:
                    self._access.close()
            finally:
                self._lock.release()

    # --- inside ----------------------------------------------------------------------------

    def _check_writable(self, method: str, path: str) -> None:
        if self._read_only and not _is_question(method, path):
            raise Refused(
                "nothing is changed here: this is read-only mode",
                hint="start without --read-only",
                reason="ReadOnly",
            )

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        accept: str = JSON,
        body: bytes | None = None,
        content_type: str = "",
        timeout: float | None = None,
        gzip: bool = True,
        is_content: bool = False,
    ) -> Iterator[Answer]:
        """An answer of less than 300, its connection given back or closed at the end.

        Where it is content that somebody made it may be a page, or lead elsewhere on this server.
        """
        headers = {
            "Accept": accept,
            "Accept-Encoding": "gzip" if gzip and self._gzip else "identity",
            "User-Agent": f"argo-tui/{__version__}",
        }
        if body is not None:
            headers["Content-Type"] = content_type or "application/json"
        target = _target(path, query)
        access = self._current()
        timeout = self._read_timeout if timeout is None else timeout
        response = self._ask(access, method, target, headers, body, timeout)
        try:
            if response.status == 401:
                fresh = self._renew(access)
                if _is_question(method, path):
                    response.close()
                    response = self._ask(fresh, method, target, headers, body, timeout)
            is_elsewhere = is_content and response.status in REDIRECTS and _is_near(response)
            if response.status >= 300 and not is_elsewhere:
                told = self._body(response)
                raise self._words.refusal(
                    response.status, response.headers, told, method=method, path=path
                )
            is_page = "text/html" in response.headers.get("Content-Type", "").lower()
            if is_page and not is_elsewhere and not (is_content and _is_sandboxed(response)):
                raise self._words.web_page(self._server)
            yield response
        except BaseException:
            response.close()
            raise
        else:
            response.done()

    def _ask(
        self,
        access: Access,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes | None,
        timeout: float,
    ) -> Answer:
        every = [*access.headers(), *headers.items()]
        try:
            return access.connections.ask(
                method, target, every, body, connect=CONNECT_TIMEOUT, read=timeout
            )
        except BROKEN as error:
            told = self._words.unreachable(error, self._server)
            if told.reason == "Certificate":
                # One of us has a certificate that was renewed: the next try reads the files again.
                self._drop(access)
            raise told from error

    def log_in_anew(self) -> None:
        """Credentials are others now: what is asked from now on is asked with those."""
        with self._lock:
            self._access = None

    def _drop(self, access: Access) -> None:
        with self._lock:
            if self._access is access:
                self._access = None

    def _current(self) -> Access:
        with self._lock:
            if self._access is None or self._access.is_over:
                self._access = self._open()
            return self._access

    def _renew(self, refused: Access) -> Access:
        """Read credentials again, once for all threads that were refused with the same ones."""
        with self._lock:
            if self._access is refused or self._access is None:
                refused.forget()
                self._access = self._open()
            return self._access

    def _open(self) -> Access:
        try:
            return self._provider.access()
        except SettingsError as error:
            raise Misconfigured(error.what, hint=error.hint, reason="Settings") from error

    def _body(self, response: Answer, stop: CancelToken | None = None) -> bytes:
        take_back = stop.on_set(response.break_off) if stop else None
        try:
            body = response.body()
        except BROKEN as error:
            _go_on(stop)
            raise self._words.unreachable(error, self._server) from error
        finally:
            if take_back:
                take_back()
        # An answer of no length that is broken off looks like one that is over.
        _go_on(stop)
        return body

    def _pieces(self, response: Answer, stop: CancelToken) -> Iterator[bytes]:
        try:
            yield from response.pieces(PIECE)
        except BROKEN as error:
            if stop.is_set:
                return  # we broke it ourselves
            raise self._words.unreachable(error, self._server) from error


def _is_near(response: Answer) -> bool:
    """Whether an answer that leads elsewhere stays on its server."""
    place = response.headers.get("Location", "")
    return place.startswith("/") and not place.startswith("//")


def _is_sandboxed(response: Answer) -> bool:
    """Whether a page says of itself that somebody else wrote it, as artifacts do."""
    return "sandbox" in response.headers.get("Content-Security-Policy", "")


def _is_question(method: str, path: str) -> bool:
    """Whether a request changes nothing, so that it may be sent again."""
    return method == "GET" or path.startswith(REVIEWS)


def _go_on(stop: CancelToken | None) -> None:
    """Raises: Stopped where we were."""
    if stop and stop.is_set:
        raise Stopped("nobody waits for the answer any more")


def _key(path: str, query: Query, accept: str) -> str:
    """What tells one read from another."""
    return f"{accept} {_target(path, query)}"


def _target(path: str, query: Query) -> str:
    """Path and query as they are asked for."""
    return path + (f"?{urlencode(list(query))}" if query else "")


def decoded(body: bytes) -> Any:
    """JSON as Python has it. Raises: SourceError when it is something else."""
    try:
        return msgspec.json.decode(body)
    except UNREADABLE as error:
        raise not_kubernetes(error) from error


def not_kubernetes(error: Exception) -> SourceError:
    """The error for an answer that looks right and is not JSON."""
    return SourceError(
        f"the cluster answered with something that cannot be read: {error}",
        hint="is the server address in the kubeconfig that of a Kubernetes API?",
        reason="NotJson",
    )
