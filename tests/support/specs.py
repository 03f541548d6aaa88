"""Workflow specs for the demo engine, in flow YAML."""

from __future__ import annotations

ECHO = "container: {image: busybox, command: [echo], args: ['{{inputs.parameters.m}}']}"
SAY = f"{{name: say, inputs: {{parameters: [{{name: m}}]}}, {ECHO}}}"


def told(value: str) -> str:
    """Arguments for `say`, in flow YAML."""
    return f"arguments: {{parameters: [{{name: m, value: '{value}'}}]}}"


def shell(name: str, line: str, more: str = "") -> str:
    """A template in flow YAML."""
    extra = f", {more}" if more else ""
    container = f"{{image: busybox, command: [sh, -c], args: ['{line}']}}"
    return f"{{name: {name}, container: {container}{extra}}}"


def only(line: str, more: str = "", top: str = "") -> str:
    """The spec of a workflow of one container."""
    return f"{{entrypoint: a, {top}templates: [{shell('a', line, more)}]}}"
