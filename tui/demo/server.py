"""The demo cluster's ports: the Kubernetes API with its switches, on an event loop that runs."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence

from aiohttp import web

from tui.demo.access import Access
from tui.demo.admin import PREFIX, Admin
from tui.demo.api import LARGEST_BODY, Api, Metrics
from tui.demo.faults import Faults
from tui.demo.podlogs import PodLogs
from tui.demo.resources import Obj
from tui.demo.store import Store

HOST = "127.0.0.1"


def no_metrics(namespace: str) -> Sequence[Obj]:
    """What a cluster without running pods measures."""
    return ()


class Port:
    """One aiohttp application on one port of this machine."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self.number = 0

    async def open(
        self,
        app: web.Application,
        port: int = 0,
        context: ssl.SSLContext | None = None,
        *,
        raw_bodies: bool = False,
    ) -> None:
        """Listen; port 0 is any that is free. Raises OSError if it is taken.

        With `raw_bodies`, what was sent packed stays packed.
        """
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=0.05,
            auto_decompress=not raw_bodies,
        )
        await runner.setup()
        self._runner = runner
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            await web.SockSite(runner, listener, ssl_context=context).start()
        except OSError:
            listener.close()
            raise
        self.number = listener.getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and end every answer that is being given."""
        if self._runner is not None:
            server = self._runner.server
            transports = [each.transport for each in server.connections] if server else []
            await self._runner.cleanup()
            self._runner = None
            for transport in transports:
                # Over TLS a connection only ends when its client says so, too; that may never be.
                if transport is not None:
                    transport.abort()
            await asyncio.sleep(0)


class ApiServer:
    """The API of a store, served. To be made on the loop it will run on."""

    def __init__(
        self,
        store: Store,
        *,
        access: Access | None = None,
        logs: PodLogs | None = None,
        metrics: Metrics = no_metrics,
    ) -> None:
        self.store = store
        self.access = access or Access()
        self.faults = Faults()
        self.api = Api(store, self.access, self.faults, logs or PodLogs(), metrics)
        self.admin = Admin(self.api, self._tell_tokens)
        self.tokens_changed = _nothing
        self._port = Port()
        self._scheme = "http"

    @property
    def url(self) -> str:
        """Where it is, once started."""
        return f"{self._scheme}://{HOST}:{self._port.number}"

    async def start(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        """Serve from now on. Raises OSError if the port is taken."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", r"/{path:[\s\S]*}", self._handle)
        self._scheme = "https" if context else "http"
        # No API server unpacks what it is sent.
        await self._port.open(app, port, context, raw_bodies=True)

    async def stop(self) -> None:
        """Serve no more."""
        await self._port.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await self.admin.handle(request)
        return await self.api.handle(request)

    def _tell_tokens(self) -> None:
        self.tokens_changed()


def _nothing() -> None:
    """Nobody keeps tokens in files."""
