"""`argo-tui auth`: what this account may do, who it is, and what is sent to say so.

`can-i` answers as `kubectl auth can-i` does. With a verb and a resource: yes or no, and exit code 0
or 1. With neither: a table of what the program does, and whether this account can.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from tui.actions.role import Function, all_rights, functions
from tui.domain.rights import ANY, Right, words_of
from tui.domain.tabwriter import aligned
from tui.domain.text import clean
from tui.errors import Missing, UsageError
from tui.headless.output import note, say, to_json, write, write_as_is
from tui.ports.connection import Connection, offered
from tui.ports.discovery import Discovery
from tui.ports.identity import Identity
from tui.ports.rights import Rights, Wanted
from tui.settings import Settings
from tui.sources import open_source, scope_of

OF_PODS = frozenset({"log", "exec", "attach", "portforward", "eviction", "status"})
"""What people mean by `pods/log`, where kubectl reads the name of a pod."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auth`."""
    add = parser.add_argument
    add(
        "what",
        choices=("can-i", "whoami", "token"),
        help="whether this account may do something; who it is; the header that says so",
    )
    add(
        "asked",
        nargs="*",
        metavar="VERB TYPE[/NAME]",
        help="as for kubectl auth can-i; a table of everything for none",
    )
    add("--subresource", default="", metavar="NAME", help="of the type, such as log of pods")
    add("-q", "--quiet", action="store_true", help="print nothing: the exit code tells")
    add("-o", "--output", choices=("table", "json"), default="table", help="of the table")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 for yes and for the table, 1 for no."""
    if args.what != "can-i":
        if args.asked:
            raise UsageError(f"auth {args.what} takes no arguments")
        with closing(open_source(settings)) as source:
            return _token(source) if args.what == "token" else _whoami(source)
    if len(args.asked) not in (0, 2):
        raise UsageError(
            "you must specify two arguments: verb resource or verb resource/resourceName"
        )
    if args.asked and args.asked[1].startswith("/"):
        raise UsageError("only resources are asked about", hint="kubectl auth can-i knows paths")
    with closing(open_source(settings)) as source:
        namespaces = scope_of(settings, source.place).namespaces or ("",)
        if args.asked:
            return _answer(source, namespaces, args)
        if namespaces == ("",):
            raise UsageError("the table is of one namespace", hint="name it with -n")
        _print(source, namespaces, args)
    return 0


def _token(source: Connection) -> int:
    """The one place where a secret is shown, to who asks for just that."""
    header = offered(source, Identity).authorization()
    if not header:
        raise Missing(
            f"no header says who we are to {source.place.label}",
            hint="it may be a client certificate, or nothing at all",
        )
    write_as_is(f"{header}\n")
    return 0


def _whoami(source: Connection) -> int:
    identity = offered(source, Identity)
    identity.prove()
    caller = identity.caller()
    if caller is None:
        raise Missing(f"{source.place.label} does not say who we are")
    for name, value in caller.told():
        write(f"{name + ':':<17}{clean(value)}\n")
    return 0


def _answer(source: Connection, namespaces: Sequence[str], args: argparse.Namespace) -> int:
    verb, (kind, _, name) = args.asked[0], args.asked[1].partition("/")
    right = _right(source, verb, kind, args.subresource)
    if not args.subresource and right.resource == "pods" and name in OF_PODS:
        instead = f"--subresource={name} asks for what you may have meant"
        note(f"{args.asked[1]} means the pod called {name}, as for kubectl; {instead}")
    rights = offered(source, Rights)
    denied = [
        namespace
        for namespace in (("",) if right.of_cluster else namespaces)
        if not rights.may(namespace, Wanted(right, name))
    ]
    if denied and len(namespaces) > 1 and not args.quiet:
        say(f"argo-tui: not in {', '.join(denied)}")
    if not args.quiet:
        write("no\n" if denied else "yes\n")
    return 1 if denied else 0


def _right(source: Connection, verb: str, kind: str, subresource: str) -> Right:
    """What is asked for; a type that nobody knows is asked for all the same."""
    if kind == ANY:
        return Right(verb, ANY, ANY, subresource)
    found = offered(source, Discovery).find(kind)
    if found is None:
        say(f"argo-tui: warning: the cluster has no resource type {clean(kind)}")
        plural, _, group = kind.partition(".")
        return Right(verb, group, plural, subresource)
    return Right(verb, found.group, found.plural, subresource, of_cluster=not found.namespaced)


def _print(source: Connection, namespaces: Sequence[str], args: argparse.Namespace) -> None:
    told = {namespace: _functions(source, namespace) for namespace in namespaces}
    if args.output == "json":
        write(f"{to_json([each for one in told for each in _json(one, told[one])], 2)}\n")
        return
    for namespace, found in told.items():
        if len(told) > 1:
            write(f"{clean(namespace)}:\n")
        write("".join(f"{clean(line).rstrip()}\n" for line in aligned(_lines(found), 3)))


def _functions(source: Connection, namespace: str) -> tuple[Function, ...]:
    """What can be done in a namespace; scripts may ask as much as they need."""
    rights = offered(source, Rights)
    wanted = [Wanted(right) for right in all_rights()]
    here = [each for each in wanted if not each.right.of_cluster]
    of_cluster = [each for each in wanted if each.right.of_cluster]
    found = rights.learn(namespace, here, most=len(here) + 1)
    rights.learn("", of_cluster, most=len(of_cluster))
    if found.trouble and not found.is_complete:
        note(f"{clean(namespace)}: {clean(found.trouble)}")
    return functions(rights.known, namespace)


def _lines(found: Iterable[Function]) -> Iterable[str]:
    yield "NAME\tALLOWED\tLACKS"
    for each in found:
        yield f"{each.id}\t{each.answer.value}\t{words_of(each.lacks)}"


def _json(namespace: str, found: Iterable[Function]) -> Iterable[dict[str, Any]]:
    for each in found:
        lacks = [{"verb": right.verb, "resource": right.what} for right in each.lacks]
        yield {
            "name": each.id,
            "namespace": namespace,
            "allowed": each.answer.value,
            "lacks": lacks,
        }
