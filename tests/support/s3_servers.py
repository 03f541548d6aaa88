"""S3 servers for tests, each on a free port of 127.0.0.1 and gone when its `with` ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from tui.demo.bucket import Bucket, Buckets
from tui.demo.s3 import application

ACCESS_KEY = "demo-user"
SECRET_KEY = "demo-password"


@contextmanager
def demo_s3(*names: str, region: str = "us-east-1") -> Iterator[tuple[str, Buckets]]:
    """The demo cluster's S3 route; yields host:port and its buckets."""
    buckets = {name: Bucket(name) for name in names or ("runs",)}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    app = application(buckets, ACCESS_KEY, SECRET_KEY, region=region)
    runner = web.AppRunner(app, auto_decompress=False, shutdown_timeout=0.5)

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"127.0.0.1:{port}", buckets
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def client(endpoint: str, **more: Any) -> Iterator[Any]:
    """A plain boto3 client, configured by nobody but boto3."""
    import boto3

    fields = {
        "endpoint_url": f"http://{endpoint}",
        "aws_access_key_id": ACCESS_KEY,
        "aws_secret_access_key": SECRET_KEY,
        "region_name": "us-east-1",
        **more,
    }
    made = boto3.session.Session().client("s3", **fields)
    try:
        yield made
    finally:
        made.close()
