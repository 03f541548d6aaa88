"""The shell in a step's pod: when there is one, who may have it, and which shell it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripted import ScriptedSource, manifest
from tests.support.scripted_rights import VIEWER, ScriptedRights
from tui.actions.shell import BEST_SHELL, SHELL
from tui.actions.verdict import Allowed, Conditions, Denied, Subject, verdict
from tui.domain import decode
from tui.domain.identity import ObjectKey, Target
from tui.domain.rights import Rule
from tui.errors import PlanError
from tui.ports.exec import Exec
from tui.ports.rights import Rights
from tui.sources.cluster import Cluster
from tui.sources.kubernetes_exec import KubernetesExec


def source(*, read_only: bool = False) -> ScriptedSource:
    """A connection on which containers can be entered; nobody is asked anything here."""
    made = ScriptedSource()
    nobody: Any = None
    made.ports[Exec] = KubernetesExec(Cluster(nobody, read_only=read_only))
    return made


def step(**node: Any) -> Subject:
    made = {"id": "w-1", "name": "w.a", "displayName": "a", "type": "Pod", **node}
    target = Target(ObjectKey("", "wf", "argo", "w"), node="w-1", pod="w-m-1")
    return Subject(target, decode.from_manifest(manifest("w", nodes={"w-1": made})), title="w-m-1")


def why(subject: Subject | None, conditions: Conditions) -> str:
    answer = verdict(SHELL, subject, conditions)
    return answer.why if isinstance(answer, Denied) else ""


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"phase": "Running"}, ""),
        ({"phase": "Succeeded", "daemoned": True}, ""),
        ({"phase": "Pending", "message": "no node"}, "a has not begun: no node"),
        ({"phase": "Succeeded"}, "a is over (Succeeded): there is a shell only while it runs"),
        ({"phase": "Failed"}, "a is over (Failed): there is a shell only while it runs"),
        ({"phase": "Omitted"}, "a was omitted, so there is no pod"),
        (
            {
                "phase": "Succeeded",
                "memoizationStatus": {"hit": True, "key": "k", "cacheName": "c"},
            },
            "a never ran: its outputs are from a cache, so there is no pod",
        ),
    ],
)
def test_only_a_step_that_runs_can_be_entered(node: dict[str, Any], words: str) -> None:
    assert why(step(**node), Conditions(source())) == words


def test_read_only_refuses_it_whoever_says_so() -> None:
    running = step(phase="Running")
    assert why(running, Conditions(source(), read_only=True)).startswith("refused")
    assert why(running, Conditions(source(read_only=True))) == "this is read-only mode"
    assert why(None, Conditions(source(), read_only=True)).startswith("refused")


def test_it_needs_the_right_to_create_a_session_in_just_this_pod() -> None:
    running, pods = step(phase="Running"), Rule(("get",), ("",), ("pods",))

    def told(*rules: Rule) -> str:
        made = source()
        made.ports[Rights] = rights = ScriptedRights(argo=(*VIEWER, *rules))
        rights.learn("argo")
        return why(running, Conditions(made, namespace="argo"))

    assert told(pods) == "needs create on pods/exec in argo"
    assert told(pods, Rule(("get",), ("",), ("pods/exec",))) == "needs create on pods/exec in argo"
    assert told(Rule(("create",), ("",), ("pods/exec",))) == "needs get on pods in argo"
    assert told(pods, Rule(("create",), ("",), ("pods/exec",), ("another",))) != ""
    assert told(pods, Rule(("create",), ("",), ("pods/exec",), ("w-m-1",))) == ""
    assert verdict(SHELL, running, Conditions(source())) == Allowed(), "nothing is known"


def test_there_is_no_plan_of_it() -> None:
    context: Any = None
    with pytest.raises(PlanError, match="a session on a terminal"):
        SHELL.plan({}, {}, context)


@pytest.mark.parametrize("shell", ["sh", "dash", "busybox"])
@pytest.mark.parametrize("has_bash", [True, False])
def test_bash_is_taken_where_the_image_has_it_and_else_sh(
    tmp_path: Path, shell: str, has_bash: bool
) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not on this machine")
    (tmp_path / "sh").symlink_to(os.path.realpath(found))
    if has_bash:
        fake = tmp_path / "bash"
        fake.write_text(f"#!{tmp_path / 'sh'}\necho this is bash\n")
        fake.chmod(0o755)
    done = subprocess.run(
        [str(tmp_path / "sh"), *BEST_SHELL[1:]],
        input="echo this is sh\n",
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
    )
    assert (done.stdout, done.stderr) == (f"this is {'bash' if has_bash else 'sh'}\n", "")
