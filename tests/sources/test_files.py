"""Reading saved manifests: every form they come in, and what is said of rubbish."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tui.errors import InputError
from tui.sources.files import (
    LARGEST,
    bounded,
    each_workflow,
    manifests_in,
    read_manifests,
    read_workflows,
)

ONE = "kind: Workflow\nmetadata: {name: a}\nspec: {}\n"


def names(text: str) -> list[str]:
    return [each["metadata"]["name"] for each in manifests_in("x", text.encode())]


@pytest.mark.parametrize(
    "text",
    [
        ONE + "---\n" + ONE.replace("a}", "b}") + "---\n",
        '[{"metadata":{"name":"a"},"spec":{}},{"metadata":{"name":"b"},"spec":{}}]',
        '{"items":[{"metadata":{"name":"a"},"spec":{}},{"metadata":{"name":"b"},"spec":{}}]}',
        '{"metadata":{"name":"a"},"spec":{}}\n{"metadata":{"name":"b"},"spec":{}}\n',
        '\ufeff{"metadata":{"name":"a"},"spec":{}}\n---\n{"metadata":{"name":"b"},"spec":{}}\n',
        "- {metadata: {name: a}, spec: {}}\n- {metadata: {name: b}, spec: {}}\n",
    ],
    ids=["documents", "array", "list", "stream", "json documents", "sequence"],
)
def test_several_workflows_may_come_in_any_form(text: str) -> None:
    assert names(text) == ["a", "b"]
    assert {each["kind"] for each in manifests_in("x", text.encode())} == {"Workflow"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z"),
        ("2026-01-15", "2026-01-15"),
        ("1:30", "1:30"),
        ("1e3", 1000.0),
        ("0644", 420),
        ("0x1f", 31),
        ("yes", True),
        ("n", "n"),
        ("off", False),
        ("~", None),
        ("081861780812", 81861780812.0),
        ("1.50", 1.5),
        (".nan", ".nan"),
        ("'5'", "5"),
    ],
)
def test_yaml_values_are_what_kubernetes_reads(text: str, value: Any) -> None:
    (manifest,) = manifests_in("x", f"kind: Workflow\nspec:\n  a: {text}\n".encode())
    assert manifest["spec"]["a"] == value
    assert type(manifest["spec"]["a"]) is type(value)


def test_keys_become_text() -> None:
    (manifest,) = manifests_in("x", b"kind: Workflow\nspec: {2: a, true: b}\n")
    assert manifest["spec"] == {"2": "a", "true": "b"}


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("kind: Workflow\nspec:\n  a: [1\n  b: 2\n")
    with pytest.raises(InputError, match=r"broken\.yaml: line 4, column \d+"):
        read_manifests(str(path))


def test_broken_json_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"kind": "Workflow",\n "spec": {"a" 1}}\n')
    with pytest.raises(InputError, match=r"broken\.json: line 2, column \d+"):
        read_manifests(str(path))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(9)
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\n",
        bytes(range(256)) * 4,
        b"\x7fELF\x00\x01\x02",
        b"just words\n",
        b"- 1\n- 2\n",
        b"kind: !!python/object:os.system x\n",
        b"a: &a [*a]\n",
        b"[" * 50_000,
        b"{" * 50_000,
        ("- " * 5000).encode() + b"x",
        ("a: [" * 5000).encode(),
        "\n".join(" " * at + "a:" for at in range(3000)).encode(),
        BOMB.encode(),
        b"kind: Workflow\nmetadata: [\xc3\x28]\n",
        b"{? [a, b] : c}\n",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_rubbish_is_an_error_with_the_files_name(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rubbish"
    path.write_bytes(data)
    with pytest.raises(InputError, match="rubbish"):
        read_workflows([str(path)])


def test_another_kind_is_named_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("kind: CronWorkflow\nmetadata: {name: nightly}\n")
    assert len(read_manifests(str(path))) == 1
    with pytest.raises(InputError, match=r"x\.yaml: this is a CronWorkflow.*nightly"):
        read_workflows([str(path)])


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(InputError, match="nowhere: No such file"):
        read_manifests("nowhere")


def test_a_folder_is_its_manifests(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(ONE.replace("a}", "b}"))
    (tmp_path / "a.yml").write_text(ONE)
    (tmp_path / "notes.txt").write_text("not this")
    assert [each["metadata"]["name"] for each in read_workflows([str(tmp_path)])] == ["a", "b"]


@pytest.mark.parametrize("is_folder", [True, False])
def test_the_files_of_one_folder_or_the_paths_are_counted(tmp_path: Path, is_folder: bool) -> None:
    files = [tmp_path / f"{name}.json" for name in "ab"]
    for file in files:
        file.write_text('{"kind": "Workflow"}')
    asked: list[Sequence[str]] = []

    def counted(names: Sequence[str]) -> Sequence[str]:
        asked.append(names)
        return names

    paths = [str(tmp_path)] if is_folder else [str(file) for file in files]
    assert len(list(each_workflow(paths, counted=counted))) == 2
    assert asked == [[str(file) for file in files]]


def test_a_dash_is_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(ONE))
    assert [each["metadata"]["name"] for each in read_workflows(["-"])] == ["a"]


def test_half_a_character_is_marked_as_one_that_is_missing() -> None:
    spec = r'{"a\ud83d": ["\ud83d\ude00", "\udead!"]}'
    text = f'{{"kind": "Workflow", "metadata": {{"name": "w"}}, "spec": {spec}}}'
    (manifest,) = manifests_in("w.json", text.encode())
    assert manifest["spec"] == {"a\ufffd": ["\U0001f600", "\ufffd!"]}


MERGES = f"a: &a {{{', '.join(f'k{at}: v' for at in range(10))}}}\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} {{<<: [{', '.join(['*' + chr(97 + at)] * 10)}]}}\n"
    for at in range(9)
)


@pytest.mark.parametrize("text", [BOMB, MERGES], ids=["aliases", "merges"])
def test_aliases_that_ask_for_gigabytes_are_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(InputError, match="its aliases make it too large"):
        manifests_in("x", text.encode())
    assert time.process_time() - began < 1


def test_aliases_and_merges_of_a_manifest_are_followed() -> None:
    text = "metadata: &m {name: a}\nspec: {again: [*m, *m], more: {<<: *m, b: c}}\n"
    (manifest,) = manifests_in("x", text.encode())
    assert manifest["spec"] == {"again": [{"name": "a"}] * 2, "more": {"name": "a", "b": "c"}}


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.write(b" ")
        file.truncate(LARGEST + 1)
    with pytest.raises(InputError, match="larger than 256 MiB"):
        read_manifests(str(path))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
def test_what_has_no_end_is_refused_after_its_beginning() -> None:
    with pytest.raises(InputError, match="byte 0 is zero"):
        read_manifests("/dev/zero")


class Endless(io.RawIOBase):
    """A pipe that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        into[:] = b" " * len(into)
        self.given += len(into)
        return len(into)


def test_text_without_an_end_is_refused_too() -> None:
    endless = Endless()
    with pytest.raises(InputError, match="stdin: this is larger than 4 MiB"):
        bounded("stdin", io.BufferedReader(endless), largest=4 << 20)
    assert endless.given < 8 << 20


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", ["kind: Workflow\nmetadata: {name: ä}\n", '{"kind": "Workflow"}'])
def test_a_manifest_is_read_in_the_letters_that_its_mark_says(
    tmp_path: Path, encoding: str, text: str
) -> None:
    path = tmp_path / "saved.yaml"
    mark = "\ufeff" if encoding.endswith("-be") else ""
    path.write_bytes((mark + text).encode(encoding))
    (manifest,) = read_manifests(str(path))
    assert manifest["kind"] == "Workflow"
    assert manifest.get("metadata", {"name": "ä"})["name"] == "ä"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("kind: Workflow".encode("utf-16-le"), "this is no text (byte 1 is zero)"),
        (b"\xff\xfek\x00i", "this is no text (byte 4 is not UTF-16"),
        (b"kind: \xff", "this is no text (byte 6 is not UTF-8)"),
    ],
)
def test_what_no_mark_says_or_a_wrong_one_is_no_text(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "saved.yaml"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        read_manifests(str(path))
    assert said in str(refused.value)
