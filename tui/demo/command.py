"""`argo-tui demo-cluster`: the demo cluster alone, for kubectl and any other client."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.demo.cluster import Facts, Options


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which flags it takes."""
    parser.add_argument(
        "--port", type=_port, default=0, metavar="P", help="port of the API (default: a free one)"
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help="how many times faster than life things happen (default: 1)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the same seed makes the same story"
    )
    parser.add_argument(
        "--scale",
        type=_count,
        default=0,
        metavar="N",
        help="add so many generated workflows (default: none)",
    )
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="serve without TLS (kubectl then sends no token)",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _speed(text: str) -> float:
    number = float(text)
    if not 0.01 <= number <= 10_000:
        raise argparse.ArgumentTypeError("a speed is a number from 0.01 to 10000")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a count is not negative")
    return number


def options(args: argparse.Namespace) -> Options:
    """What was asked for."""
    from tui.demo.cluster import Options

    return Options(
        port=args.port,
        speed=args.speed,
        seed=args.seed,
        scale=args.scale,
        plain_http=args.plain_http,
    )


def run(args: argparse.Namespace, settings: object = None) -> int:
    """Serve until ctrl-C; raises SettingsError where that cannot be."""
    from tui.demo.serving import serve

    serve(options(args), _tell)
    print("The demo cluster has ended.", file=sys.stderr)
    return 0


def _tell(facts: Facts) -> None:
    """What to type next goes to stdout, the rest to stderr."""
    print(f"export KUBECONFIG={facts.kubeconfig}")
    print(f"export AWS_ENDPOINT_URL_S3={facts.s3_endpoint}")
    print(f"export AWS_ACCESS_KEY_ID={facts.s3_access_key}")
    print(f"export AWS_SECRET_ACCESS_KEY={facts.s3_secret_key}")
    print("export AWS_REGION=us-east-1", flush=True)
    print(
        f"""
The demo cluster is at {facts.url}, its bucket is {facts.s3_bucket!r}.
Contexts: demo (may operate), demo-admin, demo-viewer, demo-least.
Switches for trouble, e.g. a cluster that is too busy for ten requests:

  curl -k -H 'Authorization: Bearer {facts.admin_token}' \\
       -d '{{"kind":"too-many","count":10}}' {facts.url}/demo/faults

Ctrl-C ends it.""",
        file=sys.stderr,
        flush=True,
    )
