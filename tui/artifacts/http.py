"""Artifacts at a web address that needs no credentials from the cluster.

An artifact may name secrets to send to its address. Argo's executor does that with the rights of
the workflow. Here it would happen with the rights of the user, whose secrets would go to an address
that somebody else wrote, so such artifacts are not read.
"""

from __future__ import annotations

import contextlib
import email.utils
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from tui.artifacts.base import (
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Reason,
    Stat,
    StoreError,
    length_in,
    no_link,
    not_a_folder,
    stopped,
)
from tui.artifacts.saving import GOES_ON, check_room, kept_part, open_file
from tui.domain.hidden import IN_USE, names_secret, split_login
from tui.domain.location import Location, OtherLocation
from tui.domain.preview import size_text
from tui.ports.threads import CancelToken

PIECE = 1 << 18
HERE = re.compile(r"localhost|127\..*|::1")

STATUS: dict[int, tuple[Reason, str]] = {
    401: ("denied", "requires credentials"),
    403: ("denied", "may not be read"),
    404: ("missing", "does not exist"),
    410: ("missing", "does not exist any more"),
}


REFUSES_HEAD = frozenset((403, 405, 501))
"""Answers to HEAD after which a GET may still be answered."""

MAX_TRIES = 3
"""Attempts in a row without a byte after which a download fails."""


class _Answered(StoreError):
    """A server answered with an error."""

    def __init__(self, what: str, reason: Reason, status: int) -> None:
        super().__init__(what, reason=reason)
        self.status = status


class HttpStore:
    """Reads `http` artifacts that need no credentials."""

    def __init__(self, secrets: ReadSecret) -> None:
        import urllib3

        self._timeout = urllib3.Timeout(connect=5, read=30)
        self._pools: dict[str, urllib3.PoolManager] = {}
        """Connection pools by the address of their proxy; "" is without a proxy."""
        self._retries = urllib3.Retry(total=2, redirect=3, status=0, raise_on_status=False)

    can: frozenset[Can] = frozenset(("range", "presign", "stream"))

    def stat(self, location: Location) -> Stat | Folder:
        """What the response headers say; a server that sends no length makes the size 0.

        An address that is signed for reading answers nothing else, and some servers do not know
        HEAD at all; those are asked for the first byte.
        """
        try:
            with self._request("HEAD", location, {}) as response:
                return _stat(response, response.headers.get("Content-Length", ""))
        except _Answered as error:
            if error.status not in REFUSES_HEAD:
                raise
        with self._request("GET", location, {"Range": "bytes=0-0"}) as response:
            header = "Content-Length" if response.status == 200 else "Content-Range"
            return _stat(response, response.headers.get(header, "").rpartition("/")[2])

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of the content, also from servers that do not support ranges."""
        if length <= 0:
            return b""
        headers = {"Range": f"bytes={offset}-{offset + length - 1}"}
        with self._request("GET", location, headers) as response:
            if response.status == 416:
                return b""
            if response.status != 206 and offset:
                self._skip(response, offset)
            return bytes(response.read(length))

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content, by one request as long as its connection holds.

        Ends early where it is stopped. Where the server does not say what a rest would be of, a
        connection that breaks is the end. Raises: StoreError.
        """
        from urllib3.exceptions import HTTPError

        began, size, tries = _Begun(), None, 0
        while True:
            before = began.done
            headers = {"Range": f"bytes={before}-", "If-Range": began.etag} if before else {}
            with self._request("GET", location, headers) as response:
                if not before:
                    size = began.takes(response)
                elif response.status != 206 or not began.is_of(response):
                    raise StoreError(f"{location.url} changed while it was read", hint="try again")
                if response.status == 416:
                    raise StoreError(f"{location.url} gives no content")
                try:
                    while not stop.is_set:
                        with shut_down_on(stop, response):
                            piece = response.read1(PIECE)
                        if not piece:
                            break
                        began.done += len(piece)
                        yield bytes(piece)
                    return
                except HTTPError as error:
                    tries = 1 if began.done > before else tries + 1
                    if tries >= MAX_TRIES or not began.can_go_on:
                        raise _ended_early(location, began.done, size) from error
                except StoreError as error:
                    if error.reason != "stopped":
                        raise
                    return

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """A web address is not a folder. Raises StoreError ("unsupported")."""
        raise not_a_folder("a web address")

    def link(self, location: Location, seconds: int) -> Link:
        """The address itself; nobody here knows when it ends."""
        url, given = self._place(location)
        if given:
            raise no_link("an address that wants headers")
        return Link(url)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the content to a file; what an earlier try left of the same is not read again."""
        mark = self._place(location)[0].partition("?")[0]
        with (
            kept_part(target, mark=mark, overwrite=overwrite) as part,
            os.fdopen(open_file(part.path), "r+b") as file,
        ):
            part.is_worth_keeping = False
            began = _Begun.of(file)
            try:
                self._fetch(location, file, began, target, progress, stop)
            except StoreError as error:
                part.is_worth_keeping = error.reason in GOES_ON and began.leave(file)
                if error.reason not in GOES_ON or not began.done:
                    raise
                hint = ANEW
                if part.is_worth_keeping:
                    hint = f"{size_text(began.done)} are kept; the next try goes on from there"
                raise StoreError(error.what, reason=error.reason, hint=hint) from error
        return target

    def _fetch(
        self,
        location: Location,
        file: BinaryIO,
        began: _Begun,
        target: Path,
        progress: Progress,
        stop: CancelToken,
    ) -> None:
        """Write the content to an open file; where a connection breaks, go on from there."""
        from urllib3.exceptions import HTTPError

        size, tries, is_ours = None, 0, False
        while True:
            before = began.done
            headers = {"Range": f"bytes={before}-", "If-Range": began.etag} if before else {}
            with self._request("GET", location, headers) as response:
                goes_on = before and response.status == 206 and began.is_of(response)
                if goes_on:
                    size = length_in(response.headers.get("Content-Range", "").rpartition("/")[2])
                elif is_ours and before:
                    raise StoreError(f"{location.url} changed while it was read", hint="try again")
                else:
                    # What an earlier try left is of something else, or longer than this.
                    size = began.anew(response, file)
                    if response.status == 416:
                        if not before:
                            raise StoreError(f"{location.url} gives no content")
                        continue
                    before = 0
                check_room(target, None if size is None else size - before)
                is_ours = True
                try:
                    with shut_down_on(stop, response):
                        while piece := response.read1(PIECE):
                            file.write(piece)
                            began.done += len(piece)
                            progress(began.done, size)
                        if stop.is_set:
                            raise stopped()
                    return
                except HTTPError as error:
                    tries = 1 if began.done > before else tries + 1
                    if tries >= MAX_TRIES or not began.can_go_on:
                        raise _ended_early(location, began.done, size) from error

    def _place(self, location: Location) -> tuple[str, dict[str, str]]:
        """The address, and the headers that go with it. Raises: StoreError."""
        return _address(location)

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.clear()

    @contextlib.contextmanager
    def _request(
        self, method: str, location: Location, headers: Mapping[str, str]
    ) -> Iterator[Any]:
        url, given = self._place(location)
        with self._ask(method, url, given, headers) as response:
            yield response

    @contextlib.contextmanager
    def _ask(
        self, method: str, url: str, given: Mapping[str, str], headers: Mapping[str, str]
    ) -> Iterator[Any]:
        """The response of a server; `given` are headers that no other server gets."""
        from urllib.parse import urlsplit

        from urllib3.exceptions import HTTPError, MaxRetryError

        try:
            response = self._open(method, url, given, headers)
            try:
                if response.status >= 400 and response.status != 416:
                    reason, words = STATUS.get(response.status, ("failed", "refused"))
                    what = f"{url} {words} ({response.status})"
                    raise _Answered(what, reason, response.status)
                yield response
            finally:
                response.close()
        except MaxRetryError as error:
            host = urlsplit(url).hostname or url
            name = type(error.reason).__name__
            hint = (
                f"no host is known by this name ({name})" if name == "NameResolutionError" else name
            )
            raise StoreError(f"cannot reach {host}", reason="unreachable", hint=hint) from error
        except HTTPError as error:
            raise StoreError(
                f"cannot read {url}", reason="unreachable", hint=f"{type(error).__name__}"
            ) from error

    def _open(
        self, method: str, url: str, given: Mapping[str, str], headers: Mapping[str, str]
    ) -> Any:
        # Headers of the workflow may hold tokens, so a redirect to another server must not get
        # them.
        private = frozenset(given) | self._retries.DEFAULT_REMOVE_HEADERS_ON_REDIRECT
        try:
            return self._pool(_proxy_of(url)).request(
                method,
                url,
                headers={**given, **headers},
                preload_content=False,
                retries=self._retries.new(remove_headers_on_redirect=private),
            )
        except ValueError as error:
            # Address and headers come from the workflow and may be malformed.
            raise StoreError(f"{url} cannot be requested: {error}") from error

    def _pool(self, proxy: str) -> Any:
        import urllib3

        if proxy not in self._pools:
            address, login = split_login(proxy)
            headers = urllib3.make_headers(proxy_basic_auth=":".join(login) if login else None)
            self._pools[proxy] = (
                urllib3.ProxyManager(address, proxy_headers=headers, timeout=self._timeout)
                if proxy
                else urllib3.PoolManager(timeout=self._timeout)
            )
        return self._pools[proxy]

    @staticmethod
    def _skip(response: Any, count: int) -> None:
        while count > 0 and (piece := response.read(min(PIECE, count))):
            count -= len(piece)


ANEW = "the next try begins anew: the server does not say what a rest would be of"
MAGIC = b"argo-tui part of"
"""What the note behind a part ends with."""
LONGEST_TAG = 1 << 10


class _Begun:
    """How much of what there is already: what was read now, or what an earlier try left.

    A part that is left behind ends with a note: the tag of its content, and its length. Without a
    strong tag nobody knows whether the rest would be of the same content.
    """

    def __init__(self, etag: str = "", done: int = 0) -> None:
        self.etag = etag
        self.done = done
        """Bytes."""

    @classmethod
    def of(cls, file: BinaryIO) -> _Begun:
        """What an earlier try left in a file, which is cut behind that, and written on there."""
        found = cls()
        whole = file.seek(0, os.SEEK_END)
        note = len(MAGIC) + 12
        if whole >= note:
            file.seek(whole - note)
            told = file.read(note)
            done, length = int.from_bytes(told[:8], "little"), int.from_bytes(told[8:12], "little")
            fits = done + length + note == whole and length <= LONGEST_TAG
            if told.endswith(MAGIC) and fits:
                file.seek(done)
                found = cls(file.read(length).decode("latin-1"), done)
        if not found.can_go_on:
            found = cls()
        file.truncate(found.done)
        file.seek(found.done)
        return found

    def leave(self, file: BinaryIO) -> bool:
        """Write the note for the next try; false where that could not go on."""
        if not self.can_go_on:
            return False
        tag = self.etag.encode("latin-1", "replace")
        try:
            file.seek(self.done)
            file.truncate()
            file.write(tag + self.done.to_bytes(8, "little") + len(tag).to_bytes(4, "little"))
            file.write(MAGIC)
            file.flush()
        except OSError:
            return False
        return True

    @property
    def can_go_on(self) -> bool:
        """Whether the rest can be asked for."""
        return self.done > 0 and self.etag.startswith('"') and len(self.etag) <= LONGEST_TAG

    def is_of(self, response: Any) -> bool:
        """Whether this is the rest of the same content."""
        headers = response.headers
        span = str(headers.get("Content-Range", f"bytes {self.done}-"))
        tag = str(headers.get("ETag", self.etag))
        return span.startswith(f"bytes {self.done}-") and tag == self.etag

    def anew(self, response: Any, file: BinaryIO) -> int | None:
        """Begin again with this response; returns its length in bytes, if it is known."""
        file.seek(0)
        file.truncate()
        return self.takes(response)

    def takes(self, response: Any) -> int | None:
        """Nothing has come of this response yet; returns its length in bytes, if it is known."""
        headers = response.headers
        # What is packed on the way is unpacked as it comes, and counted after that.
        is_packed = headers.get("Content-Encoding", "identity").lower() != "identity"
        self.etag = "" if is_packed else headers.get("ETag", "")
        self.done = 0
        return None if is_packed else length_in(headers.get("Content-Length", ""))


def _stat(response: Any, length: str) -> Stat:
    headers = response.headers
    changed = email.utils.parsedate_tz(headers.get("Last-Modified", ""))
    modified = ""
    if changed is not None:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            when = datetime.fromtimestamp(email.utils.mktime_tz(changed), UTC)
            modified = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stat(
        length_in(length) or 0,
        modified,
        headers.get("ETag", "").strip('"'),
        headers.get("Content-Type", ""),
    )


def _ended_early(location: Location, done: int, size: int | None) -> StoreError:
    whole = f" of {size:,}" if size is not None else ""
    what = f"the connection to {location.url} broke after {done:,}{whole} bytes"
    return StoreError(what, reason="unreachable", hint="try again")


@contextlib.contextmanager
def shut_down_on(stop: CancelToken, response: Any) -> Iterator[None]:
    """Shut the connection down when `stop` is set, which ends the read that is under way."""
    from urllib3.exceptions import HTTPError

    def break_off() -> None:
        # It raises where there is nothing left to read.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            response.shutdown()

    unregister = stop.on_set(break_off)
    try:
        yield
    except HTTPError as error:
        if stop.is_set:
            raise stopped() from error
        raise
    finally:
        unregister()


def _proxy_of(url: str) -> str:
    """The proxy for this address from the environment; "" for none.

    As in programs written in Go, this machine itself is never reached through a proxy.
    """
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    known = getproxies()
    proxy = known.get(parts.scheme.lower()) or known.get("all") or ""
    host = parts.hostname or ""
    if not proxy or HERE.fullmatch(host) or proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _address(location: Location) -> tuple[str, dict[str, str]]:
    """The address, and the headers that the workflow specifies."""
    if not isinstance(location, OtherLocation) or location.kind != "http":
        raise StoreError(f"{location.kind} is not a web address", reason="unsupported")
    if not location.url.lower().startswith(("http://", "https://")):
        raise StoreError(f"{location.url} is not a web address", reason="unsupported")
    if location.fields.get("auth"):
        raise StoreError(
            f"{location.url} requires credentials from the cluster, which are not sent from here",
            reason="unsupported",
            hint="download it with argo cp",
        )
    headers = location.fields.get("headers")
    pairs = headers if isinstance(headers, list) else []
    given = {
        str(pair["name"]): str(pair.get("value", ""))
        for pair in pairs
        if isinstance(pair, Mapping) and pair.get("name")
    }
    for name, value in given.items():
        if names_secret(name) or name.lower() in ("authorization", "cookie"):
            IN_USE.keep(value, value.partition(" ")[2])
    return location.url, given
