"""The way to the server, and what there is of Argo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tui.doctor.base import Case, Finding, Sign, found
from tui.domain.durations import short
from tui.errors import Missing, Refused, TuiError, Unauthenticated
from tui.kinds.registry import KINDS
from tui.ports.connection import Connection, offered
from tui.ports.diagnosis import ControllerFacts, Diagnosis
from tui.ports.identity import Identity, caller_of

SOON = timedelta(days=1)
"""A login that ends within this is told."""
SKEW = timedelta(seconds=10)
"""A clock that differs by more is told: ages and signatures go wrong by it."""
SLOW = 0.5
"""Seconds for one small answer from which on a connection is called slow."""


def connected(case: Case) -> Connection:
    """Where the settings lead. Raises: TuiError where they lead nowhere."""
    if isinstance(case.connection, TuiError):
        raise case.connection
    return case.connection


def login(case: Case) -> Iterator[Finding]:
    """Which files, which context, who, and for how long."""
    of = found("login")
    source = connected(case)
    place = source.place
    if not place.is_live:
        yield of(Sign.GOOD, f"saved workflows: {place.label}")
        return
    facts = offered(source, Diagnosis).login()
    what = "Argo Server" if place.is_server else f"context {facts.context or place.label}"
    told = f" in {', '.join(facts.told_in)}" if facts.told_in else ""
    yield of(Sign.GOOD, f"{what}{told}: {place.server}, namespace {place.namespace}")
    who = f"user {facts.user} by " if facts.user else "by "
    if not facts.by:
        yield of(
            Sign.NOTICE,
            "nothing says who we are",
            "the server takes us for anybody; over http nothing of a user is sent",
        )
        return
    if facts.ends is None:
        yield of(Sign.GOOD, f"{who}{facts.by}")
        return
    left = facts.ends - case.now
    at = facts.ends.strftime("%Y-%m-%d %H:%M UTC")
    if left <= timedelta():
        yield of(Sign.BAD, f"{who}{facts.by}, which ended {at}", "log in anew")
    elif left < SOON:
        ends = short(left.total_seconds())
        yield of(Sign.NOTICE, f"{who}{facts.by}, which ends in {ends}, {at}")
    else:
        yield of(Sign.GOOD, f"{who}{facts.by}, good until {at}")


def api(case: Case) -> Iterator[Finding]:
    """Whether it answers, how fast, which version, and whether our clocks agree."""
    of = found("api")
    if isinstance(case.connection, TuiError):
        yield of(Sign.UNKNOWN, "nothing says which server to ask")
        return
    source = case.connection
    if not source.place.is_live:
        yield of(Sign.GOOD, "no server is needed for saved workflows")
        return
    facts = offered(source, Diagnosis).server()
    what = "Argo Server" if source.place.is_server else "Kubernetes"
    milliseconds = max(1, round(facts.seconds * 1000))
    fact = f"{what} {facts.version or 'of an unknown version'} answers in {milliseconds:,} ms"
    if facts.seconds >= SLOW:
        advice = "lists and logs will take their time; what is shown stays usable"
        yield of(Sign.NOTICE, fact, advice)
    else:
        yield of(Sign.GOOD, fact)
    if facts.clock is not None:
        apart = case.now - facts.clock
        if abs(apart) > SKEW:
            words = "ahead of" if apart > timedelta() else "behind"
            by = short(abs(apart).total_seconds())
            advice = "set it (NTP): ages are wrong by it, and S3 refuses signatures"
            yield of(Sign.NOTICE, f"this machine's clock is {by} {words} the server's", advice)
    yield from _who(source)


def _who(source: Connection) -> Iterator[Finding]:
    of = found("api")
    identity = source.port(Identity)
    if identity is None:
        return
    try:
        identity.prove()
    except Unauthenticated as error:
        yield of(Sign.BAD, f"the login is not accepted: {error.what}", error.hint)
        return
    except TuiError as error:
        yield of(Sign.UNKNOWN, f"whether the login is accepted is not known: {error.what}")
        return
    caller = caller_of(source)
    known = f", as {caller.subject}" if caller is not None else ""
    yield of(Sign.GOOD, f"the login is accepted{known}")


def argo(case: Case) -> Iterator[Finding]:
    """Which of Argo's kinds there are, whose controller runs them, and whether there is an
    archive."""
    of = found("argo")
    source = connected(case)
    if not source.place.is_live:
        return
    facts = offered(source, Diagnosis).argo()
    wanted = {kind.resource.plural: kind.nouns for kind in KINDS if kind.resource.group}
    if not facts.kinds:
        yield of(
            Sign.BAD,
            "Argo Workflows is not installed here: the cluster has no argoproj.io/v1alpha1",
            "use another --context, or have its custom resource definitions installed",
        )
        return
    lack = [nouns for plural, nouns in wanted.items() if plural not in facts.kinds]
    if lack:
        advice = "their custom resource definitions are not installed"
        yield of(Sign.NOTICE, f"there are no {' and no '.join(lack)} here", advice)
    else:
        yield of(Sign.GOOD, f"all of Argo's kinds are there: {', '.join(wanted.values())}")
    for controller in facts.controllers:
        yield of(Sign.GOOD, _controller(controller))
    if not facts.controllers and not source.place.is_server:
        why = facts.trouble or "no pod has the label app=workflow-controller"
        yield of(Sign.UNKNOWN, f"which controller runs them is not known: {why}")
    if facts.archive is not None:
        yield of(Sign.GOOD, f"the server {'has an' if facts.archive else 'has no'} archive")


def _controller(found: ControllerFacts) -> str:
    version = f" {found.version}" if found.version else " of an unknown version"
    instance = f", instance id {found.instance_id}" if found.instance_id else ", no instance id"
    return f"controller{version} in {found.namespace}{instance}"


def metrics(case: Case) -> Iterator[Finding]:
    """Whether CPU and memory of running steps can be shown."""
    of = found("metrics")
    source = connected(case)
    if not source.place.is_live:
        return
    try:
        is_measured = offered(source, Diagnosis).measures()
    except Missing as error:
        yield of(Sign.NOTICE, error.what)
        return
    except Refused as error:
        yield of(Sign.UNKNOWN, error.what)
        return
    if is_measured:
        yield of(Sign.GOOD, "pods are measured (metrics.k8s.io)")
    else:
        advice = "CPU and memory of running steps stay empty without a metrics server"
        yield of(Sign.NOTICE, "pods are not measured: there is no metrics.k8s.io here", advice)
