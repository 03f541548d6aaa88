"""What flags and environment ask for, as one frozen value.

The environment's names are those of kubectl and argo, so that people bring their habits along.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from tui.domain.durations import parse_time
from tui.domain.names import is_utf8, typed_fault
from tui.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one start of the program was told."""

    files: tuple[str, ...] = ()
    """Saved workflows to show instead of a cluster; `-` is stdin."""
    kubeconfig: str = ""
    """`--kubeconfig`; "" for KUBECONFIG, else ~/.kube/config, else in-cluster."""
    context: str = ""
    """`--context`; "" for the current one."""
    namespace: str = ""
    """`-n`, else ARGO_NAMESPACE; "" for the context's own."""
    all_namespaces: bool = False
    """`-A`."""
    demo: bool = False
    """`--demo`: start a demo cluster and connect to it."""
    ascii: bool = False
    """`--ascii`: draw ASCII characters only."""
    no_diff: bool = False
    """`--no-diff`: write frames as Textual makes them, without the cell diff."""
    read_only: bool = False
    """`--read-only`: refuse every write before it is sent."""
    mouse: bool = False
    """`--mouse`: handle clicks; the terminal's own text selection does not work then."""
    no_color: bool = False
    """NO_COLOR is set, or TERM is dumb."""
    instance_id: str = ""
    """`--instanceid`, else ARGO_INSTANCEID: the controller whose workflows are shown."""
    pod_names: str = "v2"
    """POD_NAMES: the pod name format of workflows that do not specify it (argo.md 3)."""
    fixed_now: datetime | None = None
    """ARGO_TUI_NOW: a fixed time instead of the clock."""
    zone: tzinfo | None = None
    """The local zone; None for the one of the C library."""

    def now(self) -> datetime:
        """The current time, for ages and durations."""
        return self.fixed_now or datetime.now(UTC)


def read_settings(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from parsed flags and the current environment.

    Raises: SettingsError for invalid values.
    """
    env = os.environ if environ is None else environ

    def text(flag: str, variable: str) -> str:
        return str(flags.get(flag) or env.get(variable, ""))

    return Settings(
        files=tuple(flags.get("files") or ()),
        kubeconfig=str(flags.get("kubeconfig") or ""),
        context=str(flags.get("context") or ""),
        namespace=_namespaces(text("namespace", "ARGO_NAMESPACE")),
        all_namespaces=bool(flags.get("all_namespaces")),
        demo=bool(flags.get("demo")),
        ascii=bool(flags.get("ascii")),
        no_diff=bool(flags.get("no_diff")),
        read_only=bool(flags.get("read_only")),
        mouse=bool(flags.get("mouse")),
        no_color=bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb",
        instance_id=_instance(text("instanceid", "ARGO_INSTANCEID")),
        pod_names="v1" if env.get("POD_NAMES") == "v1" else "v2",
        fixed_now=_clock(env.get("ARGO_TUI_NOW", "")),
        zone=local_zone(env),
    )


def _namespaces(text: str) -> str:
    """One namespace, or several with commas between; none of them may be empty or odd."""
    for name in text.split(",") if text else ():
        fault = typed_fault(name.strip())
        if fault:
            raise SettingsError(
                f"a namespace {fault}",
                hint="-n or ARGO_NAMESPACE names it; several have commas between: a,b",
            )
    return text


def _instance(text: str) -> str:
    if not is_utf8(text):
        raise SettingsError("the instance id is not UTF-8")
    return text


def _clock(text: str) -> datetime | None:
    if not text:
        return None
    moment = parse_time(text)
    if moment is None:
        raise SettingsError(
            f"ARGO_TUI_NOW={text} is no time", hint="write it as 2026-01-15T12:00:00Z"
        )
    return moment


def local_zone(environ: Mapping[str, str]) -> tzinfo | None:
    """The zone that TZ names just now, as Go reads it; None for that of the C library.

    That is the machine's own without a TZ, and the rule itself where TZ is one (`CET-1CEST`). The
    library remembers TZ from the start of the process, and this may be asked again and again in
    one, so it is told to look.
    """
    name = environ.get("TZ")
    if name is None:
        time.tzset()
        return None
    name = name.removeprefix(":")
    if name in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo  # takes 2 ms, and few set TZ

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        time.tzset()
        return None
