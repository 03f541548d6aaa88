"""Retry nodes: attempts of a template, one after the other (argo.md 1.3, 1.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.operation import Operation
from tui.demo.engine.run import Node, Template, fulfilled, unsuccessful
from tui.demo.engine.spans import duration
from tui.demo.engine.templates import Found
from tui.demo.engine.variables import Scope, nested
from tui.demo.engine.where import Where
from tui.domain.durations import long, parse_time


def execute(
    op: Operation,
    name: str,
    holder: dict[str, Any],
    found: Found,
    template: Template,
    where: Where,
    fields: dict[str, Any],
    given: dict[str, Any],
) -> Node:
    """Bring a Retry node on: judge the last attempt, start the next."""
    run = op.run
    node = op.group(name, "Retry", where, fields)
    strategy = template["retryStrategy"] or {}
    for _ in range(2):
        attempts = run.attempts_of(node)
        last = attempts[-1] if attempts else None
        if last is None or fulfilled(last):
            if last is not None and not _go_on(op, node, attempts, strategy, where):
                return node
            last = None
            attempt_name = f"{name}({len(attempts)})"
        else:
            attempt_name = last["name"]
        made = _attempt(op, attempt_name, holder, found, where, attempts, given)
        if made is None:
            return node
        run.add_child(node, made)
        if not fulfilled(made):
            return node
    return node


def _attempt(
    op: Operation,
    name: str,
    holder: dict[str, Any],
    found: Found,
    where: Where,
    attempts: list[Node],
    given: dict[str, Any],
) -> Node | None:
    finished = [each for each in attempts if fulfilled(each)]
    extra = _variables(finished)
    inside = replace(where, retried=True, hooked=False, extra={**where.extra, **extra})
    template, inputs = op.filled(name, found, inside, given)
    fields = {**found.fields, **({"inputs": inputs} if inputs else {})}
    template = {k: v for k, v in template.items() if k != "retryStrategy"}
    return op.start(name, found, template, inside, fields)


def _variables(finished: list[Node]) -> Scope:
    scope: Scope = {
        "retries": str(len(finished)),
        # The first attempt has no other before it, but its expressions are to be read all the same.
        "lastRetry.status": "",
        "lastRetry.message": "",
        "lastRetry.exitCode": "0",
        "lastRetry.duration": "0",
    }
    if finished:
        last = finished[-1]
        scope["lastRetry.status"] = last["phase"]
        scope["lastRetry.message"] = last.get("message", "")
        scope["lastRetry.exitCode"] = str((last.get("outputs") or {}).get("exitCode", "0"))
        start, end = parse_time(last.get("startedAt")), parse_time(last.get("finishedAt"))
        seconds = int((end - start).total_seconds()) if start and end else 0
        scope["lastRetry.duration"] = str(seconds)
    return scope


def _go_on(
    op: Operation, node: Node, attempts: list[Node], strategy: dict[str, Any], where: Where
) -> bool:
    """Whether there will be another attempt now; otherwise the node says why not."""
    run, last = op.run, attempts[-1]
    if not unsuccessful(last):
        if last.get("outputs"):
            run.put(node, "outputs", last["outputs"])
        if last.get("daemoned"):
            run.put(node, "podIP", last.get("podIP"))
            run.put(node, "daemoned", True)
            run.mark(node, "Running", op.now, "")
            return False
        run.mark(node, "Succeeded", op.now, "")
        return False
    if last.get("outputs"):
        run.put(node, "outputs", last["outputs"])
    if not op.may_run(where):
        run.mark(node, last["phase"], op.now, f"Stopped with strategy '{op.run.shutdown}'")
        return False
    limit = strategy.get("limit")
    used_up = limit not in (None, "") and len(attempts) > _number(limit)
    # Argo's order: a node whose policy forbids another attempt waits for it all the same.
    if not _backed_off(op, node, attempts, strategy, used_up) or not _allowed(
        op, node, last, strategy
    ):
        return False
    if used_up:
        run.mark(node, last["phase"], op.now, "No more retries left")
        return False
    return _wanted(op, node, attempts, strategy)


def _wanted(op: Operation, node: Node, attempts: list[Node], strategy: dict[str, Any]) -> bool:
    """Whether the strategy's expression, if it has one, lets it go on."""
    expression = strategy.get("expression")
    if not expression:
        return True
    last = attempts[-1]
    # Here, other than in a template, `retries` counts the attempts before the last one.
    scope = {**_variables(attempts), "retries": str(len(attempts) - 1)}
    scope["lastRetry.exitCode"] = str((last.get("outputs") or {}).get("exitCode", "-1"))
    try:
        again = evaluate(str(expression), nested({**op.globals, **scope})) is True
    except ExpressionError as error:
        op.run.mark(node, "Error", op.now, str(error))
        return False
    if not again:
        words = "retryStrategy.expression evaluated to false"
        op.run.mark(node, last["phase"], op.now, words)
    return again


def _allowed(op: Operation, node: Node, last: Node, strategy: dict[str, Any]) -> bool:
    policy = str(strategy.get("retryPolicy") or "")
    policy = policy or ("Always" if strategy.get("expression") else "OnFailure")
    phases = {"Always": ("Failed", "Error"), "OnError": ("Error",), "OnTransientError": ()}
    if last["phase"] in phases.get(policy, ("Failed",)):
        return True
    op.run.mark(node, last["phase"], op.now, last.get("message", ""))
    return False


def _backed_off(
    op: Operation, node: Node, attempts: list[Node], strategy: dict[str, Any], used_up: bool
) -> bool:
    """Whether the time between two attempts is over; one that would be too late ends the node."""
    backoff = strategy.get("backoff")
    if not isinstance(backoff, dict):
        return True
    wait = duration(backoff.get("duration"))
    factor = _number(backoff.get("factor") or 1)
    seconds = wait * min(factor ** (len(attempts) - 1), 1e9)
    cap = duration(backoff.get("cap"))
    seconds = min(seconds, cap) if cap else seconds
    most = duration(backoff.get("maxDuration"))
    agenda = op.parts.agenda
    begun = op.run.moment(attempts[0], "startedAt") or op.now
    if most and op.now > agenda.after(begun, most):
        op.run.mark(node, attempts[-1]["phase"], op.now, "Max duration limit exceeded")
        return False
    until = agenda.after(op.run.moment(attempts[-1], "finishedAt") or op.now, seconds)
    if most and until > agenda.after(begun, most):
        words = "Backoff would exceed max duration limit"
        op.run.mark(node, attempts[-1]["phase"], op.now, words)
        return False
    if op.now < until and not used_up:
        op.run.mark(node, node["phase"], op.now, f"Backoff for {humanized(seconds)}")
        op.wake_at(until)
        return False
    op.run.mark(node, node["phase"], op.now, "")
    return True


def humanized(seconds: float) -> str:
    """A duration as the back-off message has it: `1 minute 0 seconds` (argo.md 2.7)."""
    return long(seconds)


def _number(value: Any) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
