"""Reading what an answer needs: of logs, what the program said."""

from __future__ import annotations

import pytest

from tests.support.logs_pane import POD_OF_ETL
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.logtargets import log_targets
from tui.inquiry import last_line
from tui.ports.threads import CancelToken

OWN = b'2026-03-17T05:00:02Z time=2026-03-17T05:00:02Z level=INFO msg="exited" argo=true\n'
SAID = b"2026-03-17T05:00:01Z no space left\n"
LAST = b"2026-03-17T05:00:03Z Error: exit status 3\n"


@pytest.mark.parametrize("pieces", [[SAID + OWN + LAST], [SAID, OWN, LAST]], ids=["whole", "lines"])
def test_what_a_program_said_last_is_no_word_of_the_executor_however_the_log_comes(
    pieces: list[bytes],
) -> None:
    workflow = decode.from_manifest(nightly_etl())
    source = ScriptedSource(nightly_etl())
    source.logs[POD_OF_ETL, "main"] = pieces
    (target,) = (
        each
        for each in log_targets(workflow, pod_names="v2")
        if (each.pod, each.container) == (POD_OF_ETL, "main")
    )
    assert last_line(source, workflow, target, CancelToken()) == "no space left"
