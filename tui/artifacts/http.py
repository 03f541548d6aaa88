"""Artifacts at a web address that needs no credentials from the cluster.

An artifact may name secrets to send to its address. Argo's executor does that with the rights of
the workflow. Here it would happen with the rights of the user, whose secrets would go to an address
that somebody else wrote, so such artifacts are not read.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.artifacts.base import (
    Folder,
    FolderListing,
    Progress,
    ReadSecret,
    Stat,
    StoreError,
    length_in,
    not_a_folder,
    stopped,
)
from tui.artifacts.saving import open_file, whole_file
from tui.domain.hidden import IN_USE, names_secret, split_login
from tui.domain.location import Location, OtherLocation
from tui.ports.threads import CancelToken

PIECE = 1 << 18
HERE = re.compile(r"localhost|127\..*|::1")

STATUS: dict[int, tuple[Any, str]] = {
    401: ("denied", "requires credentials"),
    403: ("denied", "may not be read"),
    404: ("missing", "does not exist"),
    410: ("missing", "does not exist any more"),
}


class HttpStore:
    """Reads `http` artifacts that need no credentials."""

    def __init__(self, secrets: ReadSecret) -> None:
        import urllib3

        self._timeout = urllib3.Timeout(connect=5, read=30)
        self._pools: dict[str, urllib3.PoolManager] = {}
        """Connection pools by the address of their proxy; "" is without a proxy."""
        self._retries = urllib3.Retry(total=2, redirect=3, status=0, raise_on_status=False)

    def stat(self, location: Location) -> Stat | Folder:
        """What the response headers say; a server that sends no length makes the size 0."""
        with self._request("HEAD", location, {}) as response:
            return Stat(
                length_in(response.headers.get("Content-Length", "")) or 0,
                etag=response.headers.get("ETag", "").strip('"'),
                content_type=response.headers.get("Content-Type", ""),
            )

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

    def listing(self, location: Location, limit: int = 1000) -> FolderListing:
        """A web address is not a folder. Raises StoreError ("unsupported")."""
        raise not_a_folder("a web address")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the content to a file."""
        with self._request("GET", location, {}) as response:
            size = length_in(response.headers.get("Content-Length", ""))
            with (
                whole_file(target, size=size, overwrite=overwrite) as path,
                os.fdopen(open_file(path), "r+b") as file,
                _shut_down_on(stop, response),
            ):
                done = 0
                while piece := response.read(PIECE):
                    file.write(piece)
                    done += len(piece)
                    progress(done, size)
                if stop.is_set:
                    raise stopped()
        return target

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.clear()

    @contextlib.contextmanager
    def _request(
        self, method: str, location: Location, headers: Mapping[str, str]
    ) -> Iterator[Any]:
        from urllib3.exceptions import HTTPError

        url, given = _address(location)
        try:
            response = self._open(method, url, given, headers)
            try:
                if response.status >= 400 and response.status != 416:
                    reason, words = STATUS.get(response.status, ("failed", "refused"))
                    what = f"{url} {words} ({response.status})"
                    raise StoreError(what, reason=reason)
                yield response
            finally:
                response.close()
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


@contextlib.contextmanager
def _shut_down_on(stop: CancelToken, response: Any) -> Iterator[None]:
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
