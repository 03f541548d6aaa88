"""Requests that fail while a watch is still open are known, and so is that they work again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import source_of
from tests.support.fake_api import Asked, Reply, fake_api
from tests.support.scripted import manifest
from tui.domain.workflow import WorkflowRef
from tui.errors import SourceError
from tui.ports.connection import offered
from tui.ports.health import Health
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.threads import CancelToken

ONE = WorkflowRef("argo", "one")


class Moody:
    """An API that answers as it is told: with a status and a body."""

    def __init__(self) -> None:
        self.status = 200
        self.metrics = 200

    def __call__(self, asked: Asked, reply: Reply) -> None:
        status = self.metrics if "metrics.k8s.io" in asked.path else self.status
        body: dict[str, Any] = manifest("one")
        if status != 200:
            body = {"kind": "Status", "code": status, "message": "etcdserver: request timed out"}
        reply.json(body, status)


@pytest.mark.parametrize("status", [401, 429, 500, 503, 504])
def test_a_failure_that_others_would_meet_is_trouble_until_something_is_answered(
    tmp_path: Path, status: int
) -> None:
    moody = Moody()
    with fake_api(moody) as api:
        source = source_of(api, tmp_path)
        health = offered(source, Health)
        source.get(ONE.target)
        assert health.trouble is None
        moody.status = status
        with pytest.raises(SourceError) as caught:
            source.get(ONE.target)
        assert health.trouble is caught.value
        health.check()
        assert health.trouble is not None
        moody.status = 200
        health.check()
        assert health.trouble is None
        assert api.asked[-1].query == {"limit": "1"}


@pytest.mark.parametrize("status", [403, 404, 409, 422])
def test_a_refusal_of_one_thing_says_nothing_of_the_server(tmp_path: Path, status: int) -> None:
    moody = Moody()
    moody.status = status
    with fake_api(moody) as api:
        source = source_of(api, tmp_path)
        with pytest.raises(SourceError):
            source.get(ONE.target)
        assert offered(source, Health).trouble is None


def test_metrics_that_are_down_are_no_trouble_and_hide_none(tmp_path: Path) -> None:
    moody = Moody()
    moody.metrics = 503
    with fake_api(moody) as api:
        source = source_of(api, tmp_path)
        health, metrics = offered(source, Health), offered(source, Metrics)
        with pytest.raises(SourceError):
            metrics.usage(ONE)
        assert health.trouble is None
        moody.status, moody.metrics = 504, 200
        with pytest.raises(SourceError):
            source.get(ONE.target)
        metrics.usage(ONE)
        assert health.trouble is not None


def test_a_login_that_is_refused_is_trouble_whatever_was_asked(tmp_path: Path) -> None:
    moody = Moody()
    moody.metrics = 401
    with fake_api(moody) as api:
        source = source_of(api, tmp_path)
        health = offered(source, Health)
        with pytest.raises(SourceError):
            offered(source, Metrics).usage(ONE)
        assert health.trouble is not None
        moody.metrics = 200
        health.check()
        assert health.trouble is None and api.asked[-1].path == "/api"


def test_a_log_that_may_not_be_read_without_a_login_is_trouble(tmp_path: Path) -> None:
    moody = Moody()
    moody.status = 401
    with fake_api(moody) as api:
        source = source_of(api, tmp_path)
        logs, health = offered(source, PodLogs), offered(source, Health)
        with pytest.raises(SourceError):
            list(logs.log(LogRequest("argo", "pod"), CancelToken()))
        assert health.trouble is not None
        moody.status = 200
        health.check()
        assert health.trouble is None and api.asked[-1].path == "/api"


def test_nothing_is_asked_where_nothing_failed(tmp_path: Path) -> None:
    with fake_api(Moody()) as api:
        source = source_of(api, tmp_path)
        offered(source, Health).check()
        assert api.asked == []
