"""`argo-tui artifacts` and `argo-tui cp`, against a cluster and a bucket."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.support.artifacts_pane import out, repository
from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import Said, run
from tests.support.pty import Pty, run_tui
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, demo_s3
from tui.demo.bucket import Blob
from tui.demo.resources import SECRETS

Ask = Callable[..., Said]
MIB = 1 << 20
BINARY = bytes(range(256)) * (10 * MIB // 256)


def node(id: str, name: str, template: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id,
        "name": f"etl.{name}",
        "displayName": name,
        "templateName": template,
        "type": "Pod",
        "phase": "Succeeded",
        "startedAt": "2026-01-15T11:00:00Z",
        "outputs": {"artifacts": list(outputs)},
    }


class Gate:
    """Content that stops half-way until it may go on."""

    def __init__(self) -> None:
        self.opens = Event()

    def part(self, offset: int, length: int) -> bytes:
        if offset >= 5 * MIB:
            self.opens.wait(30)
        return b"x" * length


GATE = Gate()


def tgz_of(files: dict[str, bytes]) -> str | Blob:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return Blob.of(made.getvalue())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with (
        demo_s3("runs") as (endpoint, buckets),
        running_cluster(tmp_path_factory.mktemp("cluster")) as cluster,
    ):
        runs = buckets["runs"]
        runs.put("etl/metrics.json", '{"auc": 0.9}')
        runs.put("etl/model.bin", Blob.of(BINARY))
        runs.put("etl/shards/part-00", "zero")
        runs.put("etl/shards/deep/part-01", "one")
        runs.put("etl/main.log", "done\n")
        runs.put("etl/report.tgz", tgz_of({"report.txt": b"all is well\n"}))
        runs.put("etl/site.tgz", tgz_of({"site/a.html": b"<a>", "site/b/c.css": b"p{}"}))
        runs.put("etl/evil.tgz", tgz_of({"fine": b"x", "../../outside": b"evil"}))
        status = {
            "phase": "Succeeded",
            "artifactRepositoryRef": {"artifactRepository": repository(endpoint)},
            "nodes": {
                "etl-1": node(
                    "etl-1",
                    "train",
                    "fit",
                    out("metrics", "etl/metrics.json"),
                    out("model", "etl/model.bin"),
                    out("shards", "etl/shards"),
                    out("lost", "etl/lost.csv"),
                    out("swept", "etl/swept.txt", deleted=True),
                    out("main-logs", "etl/main.log"),
                ),
                "etl-2": {
                    **node("etl-2", "report", "tell", out("../../up", "etl/metrics.json")),
                    "inputs": {"artifacts": [out("given", "etl/metrics.json")]},
                },
            },
        }
        cluster.workflow("etl", "Succeeded", status=status)
        runs.put("etl/slow.bin", Blob(10 * MIB, GATE.part, etag="gated"))
        packed = {name: out(name, f"etl/{name}.tgz") for name in ("report", "site", "evil")}
        packed["again"] = out("again", "etl/site.tgz")
        slow = node("s", "slow", "slow", out("slow", "etl/slow.bin"))
        again = {"nodes": {"p": node("p", "pack", "tar", *packed.values()), "s": slow}}
        cluster.workflow("packed", "Succeeded", status={**status, **again})
        cluster.workflow("bare", "Succeeded")
        yield cluster


@pytest.fixture
def ask(place: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.delenv("ARGO_INSTANCEID", raising=False)
    monkeypatch.delenv("ARGO_NAMESPACE", raising=False)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    data = {"user": b64(ACCESS_KEY), "password": b64(SECRET_KEY)}
    if place.get(SECRETS, "minio") is None:
        place.create(SECRETS, {"metadata": {"namespace": "argo", "name": "minio"}, "data": data})

    def asked(*words: str) -> Said:
        return run([words[0], "--kubeconfig", str(place.kubeconfig), "-n", "argo", *words[1:]])

    return asked


def b64(text: str) -> str:
    import base64

    return base64.b64encode(text.encode()).decode()


def test_artifacts_are_listed_with_what_the_store_says(ask: Ask) -> None:
    said = ask("artifacts", "etl")
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["STEP", "NAME", "DIR", "SIZE", "TYPE", "STATE"]
    found = {line[1]: line[2:] for line in lines[1:]}
    assert found["metrics"] == ["out", "12", "B", "json", "✔"]
    assert found["shards"] == ["out", "7", "B", "dir", "(2)", "✔"]
    assert found["lost"] == ["out", "-", "csv", "missing"]
    assert found["swept"] == ["out", "-", "text", "deleted", "by", "GC"]
    assert found["main-logs"][-3:] == ["✔", "archived", "log"]
    assert found["given"][0] == "in"


def test_of_a_step_its_own_are_listed_and_wide_says_where_they_are(ask: Ask) -> None:
    said = ask("artifacts", "etl", "report", "-o", "wide")
    rows = [line.split() for line in said.out.splitlines()[1:]]
    assert [row[1] for row in rows] == ["given", "../../up"]
    assert rows[0][-2:] == ["etl-2", "s3://runs/etl/metrics.json"]
    missing = ask("artifacts", "etl", "nobody")
    assert missing.code == 1 and "has no step nobody" in missing.err
    assert ask("artifacts", "bare").err == "argo-tui: bare has no artifacts\n"


def test_json_has_sizes_and_errors_that_programs_can_read(ask: Ask) -> None:
    found = {each["name"]: each for each in json.loads(ask("artifacts", "etl", "-o", "json").out)}
    assert (found["model"]["size"], found["model"]["state"]) == (10 * MIB, "ok")
    assert (found["shards"]["count"], found["shards"]["isWhole"]) == (2, True)
    assert "is not in the bucket" in found["lost"]["error"]
    assert found["swept"]["deleted"] is True
    assert found["metrics"]["location"] == "s3://runs/etl/metrics.json"


def test_a_store_that_cannot_be_used_is_told_once_and_own_credentials_are_offered(
    ask: Ask, place: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.delete(SECRETS, "minio")
    said = ask("artifacts", "etl")
    assert said.code == 1
    assert said.err.count("the credentials in secret minio of argo cannot be read") == 1
    assert "--own-credentials" not in said.err
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    assert "--own-credentials signs with those of the environment" in ask("artifacts", "etl").err
    own = ask("artifacts", "etl", "--own-credentials")
    assert own.code == 0 and "✔" in own.out
    assert SECRET_KEY not in said.err + own.out + own.err


def files(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_outputs_are_copied_to_where_argo_puts_them(ask: Ask, tmp_path: Path) -> None:
    said = ask("cp", "etl", str(tmp_path))
    assert said.code == 1, "one is lost, one was deleted"
    assert "train/lost: etl/lost.csv is not in the bucket" in said.err
    assert "train/swept: it was deleted by artifact GC" in said.err
    at = "argo/etl/etl-1/outputs"
    assert files(tmp_path) == {
        f"{at}/metrics/metrics.json": 12,
        f"{at}/model/model.bin": 10 * MIB,
        f"{at}/shards/shards/part-00": 4,
        f"{at}/shards/shards/deep/part-01": 3,
        f"{at}/main-logs/main.log": 5,
        "argo/etl/etl-2/outputs/.._.._up/metrics.json": 12,
    }


def test_names_nodes_templates_and_another_layout_choose_as_in_argo(
    ask: Ask, tmp_path: Path
) -> None:
    both = ("--artifact-name", "metrics", "--artifact-name", "main-logs")
    assert ask("cp", "etl", str(tmp_path / "a"), *both, "--path", "").code == 0
    assert set(files(tmp_path / "a")) == {"metrics.json", "main.log"}
    layout = "{templateName}/../{artifactName}-{nodeId}"
    said = ask("cp", "etl", str(tmp_path / "b"), "--template-name", "tell", "--path", layout)
    assert said.code == 0
    assert list(files(tmp_path / "b")) == ["tell/__/.._.._up-etl-2/metrics.json"]
    assert set(os.listdir(tmp_path)) == {"a", "b"}, "nothing leads out of the folder"
    assert ask("cp", "etl", str(tmp_path / "c"), "--node-id", "etl-2").code == 0
    assert list(files(tmp_path / "c")) == ["argo/etl/etl-2/outputs/.._.._up/metrics.json"]


def test_one_artifact_of_a_step_may_be_given_a_name_and_replaces_nothing_unasked(
    ask: Ask, tmp_path: Path
) -> None:
    words = ("cp", "etl/train", str(tmp_path / "m.json"), "--artifact-name", "metrics")
    assert ask(*words).code == 0
    assert (tmp_path / "m.json").read_text() == '{"auc": 0.9}'
    (tmp_path / "m.json").write_text("mine")
    said = ask(*words)
    assert said.code == 1 and said.err.rstrip().endswith("m.json exists; --force replaces it")
    assert (tmp_path / "m.json").read_text() == "mine"
    assert ask(*words, "--force").code == 0
    assert (tmp_path / "m.json").read_text() == '{"auc": 0.9}'


def test_what_is_not_there_is_said(ask: Ask, tmp_path: Path) -> None:
    said = ask("cp", "etl", str(tmp_path), "--artifact-name", "nothing")
    assert said.code == 1 and "etl has no output artifact nothing" in said.err
    assert "has no step nobody" in ask("cp", "etl/nobody", str(tmp_path)).err
    for words in (("cp", "etl/", str(tmp_path)), ("cp", "etl", "")):
        assert ask(*words).code == 2


def to_stdout(place: Cluster, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tui", "cp", "--kubeconfig", str(place.kubeconfig)]
    return subprocess.run([*command, "-n", "argo", *words], capture_output=True, check=False)


def test_one_goes_to_standard_output_byte_for_byte(ask: Ask, place: Cluster) -> None:
    done = to_stdout(place, "etl/train", "-", "--artifact-name", "model")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == BINARY


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("shards", 2, b"is a folder of 2 objects"),
        ("lost", 1, b"is not in the bucket"),
        ("swept", 1, b"deleted by artifact GC"),
    ],
)
def test_what_cannot_go_to_standard_output_is_said_and_writes_nothing(
    ask: Ask, place: Cluster, name: str, code: int, words: bytes
) -> None:
    done = to_stdout(place, "etl", "-", "--artifact-name", name)
    assert (done.returncode, done.stdout) == (code, b"")
    assert words in done.stderr


def test_several_do_not_go_to_standard_output_together(ask: Ask) -> None:
    said = ask("cp", "etl", "-")
    assert said.code == 2 and "--artifact-name" in said.err and said.out == ""


def test_archives_are_unpacked_as_argo_does_for_the_next_step(ask: Ask, tmp_path: Path) -> None:
    words = ("--unpack", "--artifact-name", "report", "--artifact-name", "site")
    assert ask("cp", "packed", str(tmp_path / "a"), *words, "--path", "").code == 0
    assert files(tmp_path / "a") == {"report.txt": 12, "site/a.html": 3, "site/b/c.css": 3}
    one = ("cp", "packed/pack", str(tmp_path / "mine"), "--unpack", "--artifact-name", "report")
    said = ask(*one)
    assert said.code == 0 and said.err.endswith("mine  12 B\n")
    assert (tmp_path / "mine").read_bytes() == b"all is well\n"
    assert "mine exists; --force replaces it" in ask(*one).err
    assert ask(*one, "--force").code == 0
    assert sorted(os.listdir(tmp_path)) == ["a", "mine"], "nothing packed is left"


def test_what_is_unpacked_under_one_name_stands_beside_each_other_and_folders_stay(
    ask: Ask, tmp_path: Path
) -> None:
    words = ("--unpack", "--artifact-name", "site", "--artifact-name", "again", "--path", "")
    assert ask("cp", "packed", str(tmp_path), *words).code == 0
    assert set(os.listdir(tmp_path)) == {"site", "site~2"}
    said = ask("cp", "packed/pack", str(tmp_path), *words[:3], "--path", "", "--force")
    assert said.code == 1 and said.err.endswith("site is a folder that exists\n")


def test_what_is_no_archive_is_copied_as_it_is(ask: Ask, tmp_path: Path) -> None:
    said = ask("cp", "etl", str(tmp_path), "--unpack", "--artifact-name", "metrics", "--path", "")
    assert said.code == 0 and files(tmp_path) == {"metrics.json": 12}


def test_an_archive_whose_names_lead_out_is_not_unpacked(ask: Ask, tmp_path: Path) -> None:
    said = ask("cp", "packed/pack", str(tmp_path / "x"), "--unpack", "--artifact-name", "evil")
    assert said.code == 1 and "leads out of its folder" in said.err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["evil", "lost"])
def test_what_is_refused_leaves_no_folder_that_was_made_for_it(
    ask: Ask, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for target in (tmp_path / "x", mine):
        words = ("--unpack", "--artifact-name", name)
        assert ask("cp", "packed" if name == "evil" else "etl", str(target), *words).code == 1
    assert os.listdir(tmp_path) == ["mine"] and os.listdir(mine) == []


def test_the_only_file_of_an_archive_goes_to_standard_output_unpacked(
    ask: Ask, place: Cluster
) -> None:
    done = to_stdout(place, "packed/pack", "-", "--unpack", "--artifact-name", "report")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"all is well\n", b"")
    done = to_stdout(place, "packed/pack", "-", "--unpack", "--artifact-name", "site")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"holds more than one file" in done.stderr


def copying(place: Cluster, target: Path, *more: str) -> Pty:
    flags = ("--kubeconfig", str(place.kubeconfig), "-n", "argo")
    words = ("cp", *flags, "packed/slow", str(target), *more)
    return Pty(run_tui(*words), columns=80, rows=10)


def test_on_a_terminal_a_bar_shows_how_far_it_is_and_goes_at_the_end(
    ask: Ask, place: Cluster, tmp_path: Path
) -> None:
    GATE.opens.clear()
    target = tmp_path / "x"
    with copying(place, target) as terminal:
        terminal.wait_until(lambda: "%" in terminal.picture(), "a bar")
        (bar,) = [line for line in terminal.picture().splitlines() if "%" in line]
        assert bar.startswith("slow/slow  ")
        GATE.opens.set()
        assert terminal.wait_for_exit() == 0
        shown = " ".join(terminal.picture().split())
        assert "%" not in shown, "nothing of the bar is left"
        assert shown.startswith(f"slow/slow -> {target}"[:60])
    assert target.stat().st_size == 10 * MIB


def test_ctrl_c_takes_the_bar_away_and_leaves_no_file(
    ask: Ask, place: Cluster, tmp_path: Path
) -> None:
    GATE.opens.clear()
    with copying(place, tmp_path / "x") as terminal:
        terminal.wait_until(lambda: "%" in terminal.picture(), "a bar")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "%" not in terminal.picture()
        assert "the download was stopped" in " ".join(terminal.picture().split())
    GATE.opens.set()
    assert os.listdir(tmp_path) == []


@pytest.fixture
def saved(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workflow in a file, and a machine with the keys of its store."""
    path = tmp_path / "saved.json"
    path.write_text(ask("get", "etl", "-o", "json").out)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    return path


def test_artifacts_of_a_saved_workflow_are_listed_and_own_credentials_read_them(
    saved: Path,
) -> None:
    said = run(["artifacts", "-f", str(saved)])
    assert said.code == 1 and "no secret" in said.out
    assert "there is no cluster to ask" in said.err
    assert "--own-credentials signs with those of the environment" in said.err
    assert "lost.csv" not in said.out
    own = run(["artifacts", "-f", str(saved), "--own-credentials", "-o", "json"])
    found = {each["name"]: each for each in json.loads(own.out)}
    assert own.code == 0 and found["model"]["size"] == 10 * MIB


def test_of_a_saved_workflow_a_step_is_named_with_its_name_or_without(
    saved: Path, tmp_path: Path
) -> None:
    flags = ("-f", str(saved), "--own-credentials")
    for words in (("report",), ("etl", "report"), ("@latest", "report")):
        said = run(["artifacts", *words, *flags])
        assert [line.split()[1] for line in said.out.splitlines()[1:]] == ["given", "../../up"]
    assert "has no step nobody" in run(["artifacts", "nobody", *flags]).err
    metrics = ("--artifact-name", "metrics")
    assert run(["cp", "etl/train", str(tmp_path / "m"), *flags, *metrics]).code == 0
    assert (tmp_path / "m").read_text() == '{"auc": 0.9}'


def test_a_file_with_several_workflows_wants_a_name_and_none_wants_one_too(
    ask: Ask, saved: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(ask("get", "packed", "-o", "json").out)
    said = run(["artifacts", "-f", str(saved), "-f", str(other)])
    assert said.code == 2 and "there are 2 workflows in 2 files" in said.err
    assert "name one of them: etl, packed" in said.err
    assert run(["artifacts"]).code == 2
    assert run(["artifacts", "-f", str(tmp_path / "none")]).code == 2
