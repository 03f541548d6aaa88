"""The demo cluster in a process of its own: it begins quickly and always ends."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from tests.support.kubectl import VERSIONS, binary
from tests.support.waiting import wait_until
from tui.demo import child
from tui.demo.cluster import Options
from tui.demo.serving import serve
from tui.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent.parent


def alive(pid: int) -> bool:
    """Whether a process of that id still runs (a zombie does not)."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def get(demo: child.DemoChild, path: str, token: str) -> int:
    config = json.loads(demo.kubeconfig.read_text())
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"])
    headers = {"Authorization": f"Bearer {token}"}
    with urllib3.PoolManager(ca_cert_data=authority.decode(), retries=False, timeout=10) as pool:
        return pool.request("GET", demo.url + path, headers=headers).status


def test_a_child_serves_as_soon_as_it_is_started_and_leaves_nothing() -> None:
    with child.start() as demo:
        assert demo.url.startswith("https://127.0.0.1:")
        config = json.loads(demo.kubeconfig.read_text())
        assert config["current-context"] == "demo"
        token = Path(config["users"][0]["user"]["tokenFile"]).read_text()
        assert get(demo, "/api/v1/namespaces", token) == 200
        assert get(demo, "/demo/faults", demo.admin_token) == 200
        assert get(demo, "/demo/faults", token) == 401
        folder = demo.kubeconfig.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert demo.kubeconfig.stat().st_mode & 0o777 == 0o600
        assert {file.name for file in folder.iterdir()} == {"kubeconfig", "token"}
    assert not folder.exists() and not alive(demo.pid)
    demo.stop()


def test_the_s3_server_wants_the_right_secret() -> None:
    with child.start() as demo:
        bucket_of(demo, demo.s3_secret_key).put_object(Key="a", Body=b"text", Bucket="artifacts")
        found = bucket_of(demo, demo.s3_secret_key).list_objects_v2(Bucket=demo.s3_bucket)
        assert "a" in [each["Key"] for each in found["Contents"]]
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            bucket_of(demo, "wrong").list_objects_v2(Bucket=demo.s3_bucket)


def bucket_of(demo: child.DemoChild, secret: str) -> Any:
    """A client of the demo's S3 server."""
    return boto3.client(
        "s3",
        endpoint_url=demo.s3_endpoint,
        aws_access_key_id=demo.s3_access_key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
    )


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="cannot listen on port"):
            child.start(port=taken.getsockname()[1])


def test_without_a_folder_for_temporary_files_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="cannot be started: No such file") as caught:
        child.start()
    assert "TMPDIR" in caught.value.hint
    with pytest.raises(SettingsError, match="cannot be started: No such file"):
        serve(Options(), lambda facts: None)


def test_the_child_ends_with_a_parent_that_is_killed() -> None:
    code = (
        "import time; from tui.demo import child; demo = child.start();"
        "print(demo.pid, demo.kubeconfig, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout
    with parent.stdout as stdout:
        pid, path = stdout.readline().decode().split()
    assert alive(int(pid)) and Path(path).exists()
    parent.kill()
    parent.wait()
    wait_until(lambda: not alive(int(pid)))
    assert not Path(path).parent.exists()


def test_without_tls_who_sends_no_token_is_the_operator(tmp_path: Path) -> None:
    path = next(filter(None, map(binary, VERSIONS)), None)
    if path is None:
        pytest.skip(f"no kubectl of {', '.join(VERSIONS)} here")
    with child.start(plain_http=True) as demo:
        assert demo.url.startswith("http://127.0.0.1:")
        kubectl = [path, f"--kubeconfig={demo.kubeconfig}", f"--cache-dir={tmp_path}"]

        def said(*args: str) -> str:
            done = subprocess.run([*kubectl, *args], capture_output=True, text=True, timeout=40)
            return done.stdout + done.stderr

        assert "workflow.argoproj.io/" in said("get", "wf", "-o", "name")
        assert said("auth", "can-i", "delete", "wf").strip() == "yes"
        assert said("auth", "can-i", "delete", "secrets").strip() == "no"
        with urllib3.PoolManager(retries=False, timeout=10) as pool:
            for wrong in ("Bearer nobody", "Basic eDp5"):
                asked = pool.request("GET", f"{demo.url}/api", headers={"Authorization": wrong})
                assert asked.status == 401


def test_starting_one_imports_nothing_heavy() -> None:
    code = "import sys, tui.demo.child; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert not {"aiohttp", "cryptography", "msgspec", "asyncio"} & set(done.stdout.split())


def test_the_command_prints_what_to_type_and_ends_with_ctrl_c() -> None:
    code = (
        "import argparse, sys; from tui.demo import command; p = argparse.ArgumentParser();"
        "command.configure(p); sys.exit(command.run(p.parse_args(['--plain-http'])))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout and process.stderr
    first = process.stdout.readline().strip()
    assert first.startswith("export KUBECONFIG=/")
    config = Path(first.partition("=")[2])
    assert config.exists()
    process.send_signal(signal.SIGINT)
    with process.stdout, process.stderr:
        out, said = process.stdout.read(), process.stderr.read()
    assert process.wait(15) == 0
    assert "export AWS_SECRET_ACCESS_KEY=" in out and "/demo/faults" in said
    assert not config.parent.exists()
