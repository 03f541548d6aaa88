"""What artifacts cost: a download beside boto3's own, a folder of many small objects, and a list of
10,000 keys.

    python tests/bench/bench_artifacts.py [MIB]

rclone serves the objects over real signatures, from a process of its own; without it the figures
are those of the demo's S3 route.
"""

from __future__ import annotations

import multiprocessing
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pytest

from tests.support.s3_servers import client, demo_s3, rclone_s3
from tests.support.s3_store import MIB, here, quiet, secrets
from tui.artifacts.s3 import S3Store
from tui.ports.threads import CancelToken

RUNS = 3
SMALL = 3_000
KEYS = 10_000
PAGE = 1000


@contextmanager
def server(folder: Path) -> Iterator[str]:
    try:
        with rclone_s3(folder) as endpoint:
            yield endpoint
    except pytest.skip.Exception as why:
        print(f"by the demo's own store, which computes in this process: {why}")
        with demo_s3("runs") as (endpoint, _):
            yield endpoint


def serve_many(where: Connection) -> None:
    """The demo's store with very many objects, in a process that computes for itself."""
    with demo_s3("runs") as (endpoint, buckets):
        for number in range(KEYS):
            buckets["runs"].put(f"many/part-{number:05}", b"x")
        where.send(endpoint)
        where.recv()


@contextmanager
def apart(serve: Callable[[Connection], None]) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("enough")
        process.join()


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def download(endpoint: str, folder: Path, size: int) -> None:
    """Our download and boto3's, in turns, so that a busy machine is busy for both."""
    store = S3Store(secrets)
    target = folder / "got"
    ours: list[float] = []
    theirs: list[float] = []
    with client(endpoint) as s3:
        for _ in range(RUNS):
            ours.append(
                seconds(lambda: store.download(here(endpoint, "big"), target, quiet, CancelToken()))
            )
            assert target.stat().st_size == size
            target.unlink()
            theirs.append(seconds(lambda: s3.download_file("runs", "big", str(target))))
            target.unlink()
    store.close()
    us, them = min(ours), min(theirs)
    print(f"{size / MIB:.0f} MiB  argo-tui {us:.2f} s  {size / MIB / us:.0f} MiB/s")
    print(
        f"{'':{len(f'{size / MIB:.0f} MiB')}}  boto3    {them:.2f} s  {size / MIB / them:.0f} MiB/s"
    )
    print(f"as fast as boto3's download_file: {them / us:.2f} x (aim 0.9)")


def small(endpoint: str, folder: Path) -> None:
    """A folder of small objects, beside boto3 in ten threads, in turns."""
    store = S3Store(secrets)
    target = folder / "got"
    ours: list[float] = []
    theirs: list[float] = []

    with client(endpoint) as s3, ThreadPoolExecutor(10) as pool:

        def fetch(number: int) -> None:
            got = s3.get_object(Bucket="runs", Key=f"small/{number:05}")
            (target / f"{number:05}").write_bytes(got["Body"].read())

        def by_boto3() -> None:
            target.mkdir()
            list(pool.map(fetch, range(SMALL)))

        def by_us() -> None:
            store.download(here(endpoint, "small/"), target, quiet, CancelToken())

        for _ in range(RUNS):
            ours.append(seconds(by_us))
            shutil.rmtree(target)
            theirs.append(seconds(by_boto3))
            shutil.rmtree(target)
    store.close()
    print(
        f"a folder of {SMALL:,} small objects in {min(ours):.2f} s; "
        f"boto3 in ten threads {min(theirs):.2f} s"
    )


def listing(endpoint: str) -> None:
    """Ten pages of a folder, with all that is made of them."""
    store = S3Store(secrets)
    place = here(endpoint, "many")

    def all_pages() -> None:
        more, count = "", 0
        while True:
            page = store.listing(place, PAGE, more)
            count, more = count + len(page.entries), page.more
            if not more:
                break
        assert count == KEYS

    store.listing(place, 1)  # connects
    begun = time.process_time()
    taken = [seconds(all_pages) for _ in range(RUNS)]
    computed = (time.process_time() - begun) / RUNS
    store.close()
    with client(endpoint) as s3:
        pages = s3.get_paginator("list_objects_v2")
        theirs = [
            seconds(lambda: sum(1 for _ in pages.paginate(Bucket="runs", Prefix="many/")))
            for _ in range(RUNS)
        ]
    print(
        f"{KEYS:,} keys listed in {statistics.median(taken):.2f} s (aim 1), of which this process "
        f"computed {computed:.2f} s; boto3's paginator {statistics.median(theirs):.2f} s"
    )


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 512) * MIB
    place = Path(tempfile.mkdtemp(prefix="argo-tui-bench-"))
    try:
        (place / "served").mkdir()
        with server(place / "served") as endpoint:
            bucket = place / "served" / "runs"
            if bucket.is_dir():
                with (bucket / "big").open("wb") as file:
                    for _ in range(size // MIB):
                        file.write(bytes(range(256)) * 4096)
                (bucket / "small").mkdir()
                for number in range(SMALL):
                    (bucket / "small" / f"{number:05}").write_bytes(b"x" * number)
            else:
                with client(endpoint) as s3:
                    s3.put_object(Bucket="runs", Key="big", Body=bytes(size))
                    for number in range(SMALL):
                        s3.put_object(Bucket="runs", Key=f"small/{number:05}", Body=b"x")
            download(endpoint, place, size)
            small(endpoint, place)
        # rclone looks at every file of a folder for each page, which would be its figure.
        with apart(serve_many) as endpoint:
            listing(endpoint)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
