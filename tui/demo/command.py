"""`argo-tui demo-cluster`: the demo cluster alone, for kubectl and any other client."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tui.demo.extra import check_installed

if TYPE_CHECKING:
    from tui.demo.cluster import Facts, Options

N = TypeVar("N", int, float)

_TROUBLE = """\
While it runs it can be put into trouble, with curl and the DEMO_URL and
DEMO_TOKEN that it prints:

  curl -k -H "Authorization: Bearer $DEMO_TOKEN" \\
       -d '{"kind":"hang"}' $DEMO_URL/demo/faults

  {"kind":"cut","bytes":1000}          tear connections after so many bytes
  {"kind":"hang"}                      answer nothing
  {"kind":"slow","rate":2000}          send so many bytes a second
  {"kind":"unauthorized"}              401
  {"kind":"forbidden","verb":"list","resource":"workflows"}
                                       403
  {"kind":"too-many","retry_after":5}  429
  {"kind":"error","status":503}        500, 502, 503 or 504
  {"kind":"no-metrics"}                no metrics server
  {"kind":"no-crds"}                   no Argo Workflows
  {"kind":"no-rules"}                  rules of an account are not told

Each takes "path" (a regular expression), "method" and "count", so as to meet
some requests only. GET /demo/faults tells what is up, DELETE takes it down.
POST to /demo/compact forgets the history (410), to /demo/rotate changes the
tokens (401), to /demo/drop tears what is open.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which flags it takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _TROUBLE
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
        "--scene",
        action="append",
        default=[],
        metavar="FILE",
        help="put in what a saved run (.argo.tgz) or a recording has; may be given several times",
    )
    parser.add_argument(
        "--requeue-time",
        type=_requeue,
        default=0.5,
        metavar="S",
        help="seconds between two looks of the controller at one workflow (default: 0.5); Argo's "
        "takes 10, so that a pod of 2 s makes a workflow of 10 s",
    )
    parser.add_argument(
        "--offload",
        action="store_true",
        help="keep the nodes of all workflows in a database, as ALWAYS_OFFLOAD_NODE_STATUS does",
    )
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="serve without TLS; who sends no token, as kubectl then does, is taken for 'demo'",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _number(text: str, kind: Callable[[str], N]) -> N | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _speed(text: str) -> float:
    number = _number(text, float)
    if number is None or not 0.01 <= number <= 10_000:
        raise argparse.ArgumentTypeError("a speed is a number from 0.01 to 10000")
    return number


def _requeue(text: str) -> float:
    number = _number(text, float)
    if number is None or not 0.05 <= number <= 3600:
        raise argparse.ArgumentTypeError("a requeue time is a number of seconds from 0.05 to 3600")
    return number


def _count(text: str) -> int:
    number = _number(text, int)
    if number is None or number < 0:
        raise argparse.ArgumentTypeError("a count is a number that is not negative")
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
        requeue=args.requeue_time,
        offload=args.offload,
        scenes=tuple(args.scene),
    )


def run(args: argparse.Namespace, settings: object = None) -> int:
    """Serve until ctrl-C; raises SettingsError where that cannot be."""
    check_installed()
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
    print("export AWS_REGION=us-east-1")
    print(f"export DEMO_URL={facts.url}")
    print(f"export DEMO_TOKEN={facts.admin_token}", flush=True)
    print(
        f"""
The demo cluster is at {facts.url}, its bucket is {facts.s3_bucket!r}.
Contexts: demo (may operate), demo-admin, demo-viewer, demo-least.
Trouble on demand, e.g. a cluster that is too busy for ten requests (--help has the rest):

  curl -k -H "Authorization: Bearer $DEMO_TOKEN" \\
       -d '{{"kind":"too-many","count":10}}' $DEMO_URL/demo/faults

Ctrl-C ends it.""",
        file=sys.stderr,
        flush=True,
    )
