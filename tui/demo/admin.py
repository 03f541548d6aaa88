"""The switches for trouble, under /demo on the port of the API, for the admin token only.

GET    /demo/faults            the faults that are up
POST   /demo/faults            put one up: {"kind": "cut", "path": "watch=", "bytes": 1000}
DELETE /demo/faults[/ID]       take it down, or all
POST   /demo/compact           410 now: the history is forgotten, open watches end with ERROR
POST   /demo/rotate            401 now: {"user": "demo"} or all; kubeconfig and tokenFile follow
POST   /demo/drop              open answers are torn: {"path": "log"} or all
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from tui.demo import faults, refusals
from tui.demo.api import Api
from tui.demo.negotiation import JSON
from tui.demo.refusals import ApiError
from tui.demo.store import decode, encode

PREFIX = "/demo/"


class Admin:
    """Answers the requests for the switches."""

    def __init__(self, api: Api, tokens_changed: Callable[[], None]) -> None:
        self._api = api
        self._tokens_changed = tokens_changed

    async def handle(self, request: web.Request) -> web.Response:
        """Answer, as the API would."""
        try:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not secrets.compare_digest(
                token.strip().encode(), self._api.access.admin_token.encode()
            ):
                raise refusals.unauthorized()
            return web.Response(body=encode(await self._switched(request)), content_type=JSON)
        except ApiError as refused:
            body = encode(refused.body())
            return web.Response(body=body, status=refused.status, content_type=JSON)

    async def _switched(self, request: web.Request) -> Any:
        what, _, rest = request.path.removeprefix(PREFIX).strip("/").partition("/")
        up = self._api.faults
        if what == "faults" and request.method == "GET":
            return up.up
        if what == "faults" and request.method == "DELETE":
            if rest and not rest.isdecimal():
                raise refusals.bad_request(f"{rest!r} is no number of a fault")
            up.take_down(int(rest or 0))
            return up.up
        if request.method != "POST":
            raise refusals.not_allowed()
        body = await _json(request)
        if what == "faults":
            return up.put_up(faults.read(body))
        if what == "compact":
            self.compact()
            return {"compacted": self._api.store.compacted}
        if what == "rotate":
            self.rotate(str(body.get("user", "")))
            return {"rotated": body.get("user", "all")}
        if what == "drop":
            return {"dropped": up.drop_connections(str(body.get("path", "")))}
        raise refusals.no_such_path()

    def compact(self) -> None:
        """410 now."""
        self._api.store.compact()
        self._api.watches.expire()

    def rotate(self, user: str = "") -> None:
        """401 now, for who does not read the new token."""
        if user and user not in self._api.access.users:
            raise refusals.bad_request(f"there is no user {user!r}")
        self._api.access.rotate(user)
        self._tokens_changed()


async def _json(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = decode(raw) if raw.strip() else {}
    except msgspec.DecodeError as error:
        raise refusals.bad_request(f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise refusals.bad_request("the body is no JSON object")
    return body
