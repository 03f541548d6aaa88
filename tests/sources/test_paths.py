"""No request leaves for a name that cannot be one: its path would be that of something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.api_source import saying, source_of
from tests.support.fake_api import fake_api
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import WorkflowRef
from tui.errors import Rejected
from tui.kinds.registry import kind_called
from tui.ports.connection import Connection, offered
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.objects import Objects
from tui.ports.pods import Pods
from tui.ports.secrets import Secrets
from tui.ports.threads import CancelToken

ASKED: dict[str, Callable[[Connection, str, str], object]] = {
    "workflow": lambda source, namespace, name: offered(source, Objects).get(
        WorkflowRef(namespace, name).target
    ),
    "secret": lambda source, namespace, name: offered(source, Secrets).secret_value(
        namespace, name, "key"
    ),
    "config map": lambda source, namespace, name: offered(source, Secrets).config_map(
        namespace, name
    ),
    "log": lambda source, namespace, name: list(
        offered(source, PodLogs).log(LogRequest(namespace, name, follow=False), CancelToken())
    ),
    "pods": lambda source, namespace, name: offered(source, Pods).pods(
        WorkflowRef(namespace or name, name)
    ),
    **{
        kind: lambda source, namespace, name, kind=kind: offered(source, Objects).get(
            Target(ObjectKey("", kind_called(kind).id, namespace, name))
        )  # type: ignore[misc]  # a default binds the loop's value
        for kind in ("WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
    },
}


@pytest.mark.parametrize("name", ["", " ", "..", ".", "a\udcff"])
@pytest.mark.parametrize("what", ASKED)
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_asked(
    what: str, name: str, tmp_path: Path
) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path)
        namespace = name if what == "pods" else "argo"
        with pytest.raises(Rejected, match="the name"):
            ASKED[what](source, namespace, name)
        assert api.asked == []


@pytest.mark.parametrize("what", ["workflow", "secret", "config map", "log", "pods"])
def test_an_object_of_no_namespace_is_not_looked_for_in_all_of_them(
    what: str, tmp_path: Path
) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path)
        with pytest.raises(Rejected, match="the namespace is empty"):
            ASKED[what](source, "", "" if what == "pods" else "a")
        assert api.asked == []
