"""Files and texts that ask for more than they are: memory and time stay bounded, and words come."""

from __future__ import annotations

import base64
import gzip
import io
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.headless import run
from tui.domain.compressed import LARGEST, unpack
from tui.errors import InputError
from tui.headless.output import counted
from tui.sources.files import LARGEST_YAML, manifests_in
from tui.sources.yamlreader import read_documents

ROOT = Path(__file__).parents[2]
SAVED = (ROOT / "tests" / "saved" / "nightly.yaml").read_text()
WORKFLOW = "kind: Workflow\nmetadata: {name: w}\nspec: {}\nstatus: {phase: Succeeded}\n"


def bomb(kind: str) -> bytes:
    """160 MiB of zeros, packed."""
    if kind == "gzip":
        return gzip.compress(b"\0" * (160 << 20), 1)
    brotli = pytest.importorskip("brotli")
    zstandard = pytest.importorskip("zstandard")
    if kind == "brotli":
        packer = brotli.Compressor(quality=3)
        made = b"".join(packer.process(b"\0" * (1 << 24)) for _ in range(10))
        return bytes(made + packer.finish())
    writer = zstandard.ZstdCompressor().compressobj()
    made = b"".join(writer.compress(b"\0" * (1 << 24)) for _ in range(10)) + writer.flush()
    return bytes(made)


def most_memory(code: str, *args: str) -> tuple[int, str]:
    """MiB that a fresh Python needed more at most while it ran this, and what it printed."""
    measured = (
        "import resource, sys\n"
        "def now(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"{code}\nprint((now() - before) >> 10)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, *args], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    *said, grown = done.stdout.splitlines()
    return int(grown), "\n".join(said)


@pytest.mark.parametrize("kind", ["gzip", "brotli", "zstd"])
def test_a_bomb_of_nodes_is_refused_without_being_held(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(base64.b64encode(bomb(kind)))
    grown, said = most_memory(
        "from tui.domain.compressed import unpack\n"
        "from tui.errors import InputError\n"
        "text = open(sys.argv[1]).read()\n"
        "before = now()\n"
        "try:\n    unpack(text, largest=24 << 20)\n"
        "except InputError as error:\n    print(error)",
        str(path),
    )
    assert f"unpacks to more than {24 << 20} bytes" in said
    assert grown < 64


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (16 << 20) + 1, 20 << 20])
def test_nodes_of_any_size_below_the_limit_come_whole(size: int) -> None:
    data = os.urandom(min(size, 1 << 20)) * (size >> 20 or 1) + b"x" * (size % (1 << 20))
    packed = base64.b64encode(gzip.compress(data, 1)).decode()
    assert unpack(packed) == data
    assert len(data) < LARGEST


def test_a_yaml_that_is_too_large_is_refused_and_json_is_named() -> None:
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="YAML larger than 64 MiB") as caught:
        manifests_in("x.yaml", b"a: b\n" * (LARGEST_YAML // 5 + 1))
    assert "kubectl get -o json" in caught.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < 200 << 10


def test_a_yaml_takes_a_few_times_its_own_memory(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    item = "- " + SAVED.replace("\n", "\n  ").rstrip() + "\n"
    path.write_text("kind: List\nitems:\n" + item * 30)
    size = path.stat().st_size >> 20
    grown, said = most_memory(
        "from tui.sources.files import read_manifests\n"
        "import yaml\n"
        "before = now()\n"
        "print(len(read_manifests(sys.argv[1])))",
        str(path),
    )
    assert said == "30"
    assert grown < 20 * size


def test_a_pipe_in_a_folder_is_left_out_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WORKFLOW)
    os.mkfifo(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").mkdir()
    (tmp_path / "d.json").symlink_to("/dev/zero")
    (tmp_path / "e.yml").symlink_to(tmp_path / "a.yaml")
    for words in (["list", "-o", "name"], ["get", "-o", "name"], ["plan", "delete", "--all"]):
        began = time.monotonic()
        said = run([*words, "-f", str(tmp_path)])
        assert said.code == 0 and said.out.count("w\n") >= 2
        for name in ("b.yaml", "c.yaml", "d.json"):
            assert f"{tmp_path / name} is left out: it is not a file" in said.err
        assert time.monotonic() - began < 10


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([sys.executable, "-c", f"open({str(pipe)!r}, 'w').write({WORKFLOW!r})"]):
        assert run(["list", "-o", "name", "-f", str(pipe)]).out == "w\n"


def test_many_files_are_read_at_a_steady_pace(tmp_path: Path) -> None:
    names = []
    for number in range(400):
        path = tmp_path / f"{number:04}.yaml"
        path.write_text(WORKFLOW.replace("name: w", f"name: w-{number}"))
        names.append(str(path))
    spent = []
    for count in (100, 400):
        began = time.process_time()
        assert run(["list", "-o", "name", "-f", *names[:count]]).out.count("\n") == count
        spent.append(time.process_time() - began)
    assert spent[1] < 8 * max(spent[0], 0.01)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a: &x {k: 1}\nb: *x", {"a": {"k": 1}, "b": {"k": 1}}),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}),
        (
            "x: &x {k: 1}\ny: &y {k: 2}\nb: {<<: [*x, *y]}",
            {"x": {"k": 1}, "y": {"k": 2}, "b": {"k": 1}},
        ),
        ("- <<\n- '<<'\n- {a: <<}", ["<<", "<<", {"a": "<<"}]),
        ("1: a\ntrue: b\n~: c\n0x10: d", {"1": "a", "true": "b", "null": "c", "16": "d"}),
        ("- !!str 1\n- !!int '7'\n- !!binary aGk=", ["1", 7, "hi"]),
        ("- 2026-01-01\n- 12:30\n- 1e3\n- 010\n- .inf", ["2026-01-01", "12:30", 1000.0, 8, ".inf"]),
        ("a: 1\na: 2", {"a": 2}),
        ("", None),
    ],
)
def test_yaml_is_what_kubernetes_reads(text: str, made: object) -> None:
    assert read_documents("x", text) == ([] if made is None else [made])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: *x", "line 1, column 4: found undefined alias 'x'"),
        ("? [a]\n: b", "line 1, column 5: found unhashable key"),
        ("a: &x [*x]", "one of its aliases is within itself"),
        ("a: {<<: b}", "expected a mapping or list of mappings"),
        ("a: !python/object:os.system x", "there is no such thing as !python/object:os.system"),
        ("a: !!set {x}", "there is no such thing as"),
        ("a: [b", "line 2, column 1: did not find expected"),
    ],
)
def test_yaml_that_is_no_manifest_is_told_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_documents("x", text)
    assert words in caught.value.what


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("is_terminal", "told"), [(True, True), (False, False)])
def test_a_terminal_is_told_how_many_of_many_files_are_read(
    is_terminal: bool, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    clock = iter(range(100_000))
    names = [f"{number}" for number in range(1500)]
    assert list(counted(names, now=lambda: next(clock) / 100)) == names
    said = stream.getvalue()
    assert ("reading files: 199 of 1,500" in said) == told
    assert said.endswith("\r\x1b[K") == told
    assert said.count("reading") < 60
    stream.truncate(0)
    assert list(counted(names[:3], now=lambda: 0.0)) == names[:3]
    assert stream.getvalue() == ""
