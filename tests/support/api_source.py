"""A Kubernetes source that asks a scripted API, and what such an API answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Answer, FakeApi, fake_api, write_kubeconfig
from tests.support.where import where
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import Manifest, WorkflowRef
from tui.errors import SourceError
from tui.ports.connection import Connection, Place, offered
from tui.ports.operations import Change, Operation, Operations, Patch
from tui.sources.credentials import Login
from tui.sources.kubeconfig import choose
from tui.sources.kubernetes import KubernetesSource
from tui.sources.opening import connect
from tui.sources.transport import Transport

ONE = WorkflowRef("argo", "one")
KEY = ObjectKey("", "wf", "argo", "one")
PATCH = Patch(key=KEY, patch={"spec": {"shutdown": "Stop"}}, purpose="stop one")


def source_of(
    api: FakeApi,
    folder: Path,
    user: Any = None,
    environ: Any = None,
    cluster: Any = None,
    **more: Any,
) -> KubernetesSource:
    """A source that finds this API in a kubeconfig."""
    path = write_kubeconfig(folder, api.url, user=user, authority=api.authority, cluster=cluster)
    return connect(where(kubeconfig=str(path), **more), environ or {})


def change(source: Connection, *changes: Change) -> Manifest:
    """Make these changes, in order."""
    operation = Operation("test.change", Target(KEY), {}, changes)
    return offered(source, Operations).perform(operation)


def transport_of(api: FakeApi, folder: Path, **more: Any) -> Transport:
    """Requests to this API, without a source."""
    path = write_kubeconfig(folder, api.url, authority=api.authority)
    chosen = choose(str(path), "", {})
    return Transport(Login(chosen, {}), server=chosen.server, **more)


def far_away(api: FakeApi, folder: Path) -> KubernetesSource:
    """The same as if the cluster were not on this machine."""
    return KubernetesSource(transport_of(api, folder, gzip=True), Place("far"))


def refusing(code: int, reason: str = "", message: str = "", **more: Any) -> Answer:
    """An API that answers everything with this `Status`."""
    return lambda asked, reply: reply.refuse(code, reason, message, **more)


def saying(value: Any) -> Answer:
    """An API that answers everything with this."""
    return lambda asked, reply: reply.json(value)


def error_of(folder: Path, answer: Answer, **more: Any) -> SourceError:
    """What reading a workflow from such an API raises."""
    with fake_api(answer) as api, pytest.raises(SourceError) as caught:
        source_of(api, folder, **more).get(ONE.target)
    return caught.value
