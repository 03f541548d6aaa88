"""What simulated containers print, how long they take and how they end."""

from __future__ import annotations

import random

import pytest

from tui.demo.engine import commands
from tui.demo.engine.programs import Box, Err


def ran(
    *argv: str, files: dict[str, bytes] | None = None, most: float = 1000.0
) -> tuple[int | None, float, str, dict[str, bytes]]:
    """Exit code (None: still running after `most` seconds), seconds, standard output, files."""
    box = Box(dict(files or {}), {"WHO": "a b"}, random.Random(7), 1_767_225_600.0)
    program = commands.run(list(argv), box)
    printed, seconds = "", 0.0
    try:
        while seconds < most:
            event = next(program)
            if isinstance(event, str):
                printed += "" if isinstance(event, Err) else event
            else:
                seconds += event
    except StopIteration as done:
        return int(done.value), seconds, printed, box.files
    return None, seconds, printed, box.files


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        ("echo hello world", "hello world\n"),
        ("echo -n x; echo y", "xy\n"),
        ("echo a && false || echo b", "a\nb\n"),
        ("false && echo never; echo $?", "1\n"),
        ('echo "$WHO" $WHO ${NO:-none}', "a b a b none\n"),
        ("X=3; echo $((X * 2 + 1))", "7\n"),
        ("for i in $(seq 1 3); do echo n$i; done", "n1\nn2\nn3\n"),
        ("if [ 2 -gt 1 ]; then echo yes; else echo no; fi", "yes\n"),
        ("n=0; while [ $n -lt 2 ]; do echo $n; n=$((n+1)); done", "0\n1\n"),
        ("cat <<END\nfrom $WHO\nEND", "from a b\n"),
        ("echo one two | wc -w", "2\n"),
        ("(echo sub; exit 0) | cat", "sub\n"),
        ("set -x; echo plain", "plain\n"),
        ("echo 'it''s' \"a'b\" a\\ b", "its a'b a b\n"),
        ("echo `echo back`", "back\n"),
        ("printf '%s-%d\\n' a 4", "a-4\n"),
        ("date +%Y-%m-%d", "2026-01-01\n"),
        ("[ -e /in ] && cat /in", "text\n"),
    ],
)
def test_a_shell_line_prints_what_a_shell_would(script: str, printed: str) -> None:
    code, _, found, _ = ran("sh", "-c", script, files={"/in": b"text\n"})
    assert (found, code) == (printed, 0)


def test_sleep_takes_its_time_and_exit_its_code() -> None:
    code, seconds, _, _ = ran("sh", "-c", "sleep 1m; sleep 2.5; exit 3")
    assert code == 3
    assert seconds == pytest.approx(62.5, abs=0.2)


def test_errexit_ends_at_the_first_failure() -> None:
    assert ran("sh", "-euc", "false; echo never")[::2] == (1, "")


def test_output_goes_to_files_but_a_trace_does_not() -> None:
    code, _, printed, files = ran("sh", "-xc", "echo a > /o; echo b >> /o; echo c | tee /t")
    assert (code, printed) == (0, "c\n")
    assert (files["/o"], files["/t"]) == (b"a\nb\n", b"c\n")


def test_an_endless_loop_goes_on_for_ever_but_lazily() -> None:
    assert ran("sh", "-c", "while true; do echo x; sleep 100; done", most=350.0)[0] is None
    assert ran("sh", "-c", "while true; do :; done", most=5.0)[0] is None


def test_broken_shell_is_an_error_of_its_own() -> None:
    assert ran("sh", "-c", "if true; then")[0] == 2
    assert ran("sh", "-c", "echo 'open")[0] == 2


def test_cowsay_shows_its_words_in_a_balloon() -> None:
    _, _, printed, _ = ran("cowsay", "hello", "world")
    assert "< hello world >" in printed


def test_python_flips_coins_and_prints_lists() -> None:
    script = 'import random\nprint("heads" if random.randint(0, 1) == 0 else "tails")'
    assert ran("python", "-c", script)[2] in ("heads\n", "tails\n")
    listed = "import json, sys\njson.dump([i * i for i in range(4) if i != 2], sys.stdout)"
    assert ran("python", "-c", listed)[2] == "[0, 1, 9]"


def test_python_reads_and_writes_the_files_of_the_pod() -> None:
    script = (
        "import json\n"
        "with open('/in') as f:\n    data = json.load(f)\n"
        "def twice(x):\n    return x * 2\n"
        "with open('/out', 'w') as f:\n    f.write(f'{twice(data[\"n\"]):03d}')\n"
    )
    assert ran("python", "-c", script, files={"/in": b'{"n": 4}'})[3]["/out"] == b"008"


def test_python_ends_as_it_says() -> None:
    assert ran("python", "-c", "import sys; sys.exit(4)")[0] == 4
    code, printed, said = streams("python", "-c", "assert 1 == 2, 'no'")
    assert (code, printed) == (1, "")
    assert "AssertionError: no" in said
    assert streams("python", "-c", "import sys; sys.exit('no')") == (1, "", "no\n")


def streams(*argv: str) -> tuple[int, str, str]:
    """Exit code, and what it prints on each of the two streams."""
    box = Box({}, {}, random.Random(7), 1_767_225_600.0)
    program = commands.run(list(argv), box)
    printed = {True: "", False: ""}
    try:
        while True:
            event = next(program)
            if isinstance(event, str):
                printed[isinstance(event, Err)] += event
    except StopIteration as done:
        return int(done.value), printed[False], printed[True]


@pytest.mark.parametrize(
    ("script", "out", "err"),
    [
        ("echo a >&2; echo b", "b\n", "a\n"),
        ("echo a 1>&2", "", "a\n"),
        ("echo a > /dev/stderr", "", "a\n"),
        ("{ echo a; echo b; } >&2\necho c", "c\n", "a\nb\n"),
        ("(echo a; echo b >&2)", "a\n", "b\n"),
        ("if true; then echo a; fi >&2", "", "a\n"),
        ("for i in 1 2; do echo $i; done >&2", "", "1\n2\n"),
        ("{ echo a >&2; echo b; } 2>/dev/null", "b\n", ""),
        ("{ echo a >&2; echo b; } 2>&1", "a\nb\n", ""),
        ("{ echo a >&2; echo b; } 2>&1 | wc -l", "2\n", ""),
        ("{ echo a >&2; echo b; } | cat", "b\n", "a\n"),
        ("{ echo a >&2; echo b; } > /f 2>&1; cat /f", "a\nb\n", ""),
        ("{ echo a >&2; echo b; } 2>&1 > /f; cat /f", "a\nb\n", ""),
        ("{ echo a >&2; echo b; } &> /f; cat /f >&2", "", "a\nb\n"),
        ("echo a 2>> /f >> /f; echo b >> /f; cat /f", "a\nb\n", ""),
        ("x=$(echo a >&2; echo b); echo $x", "b\n", "a\n"),
        ("cat /none; ls /none; sh /none", "", None),
        (
            "python -c 'from sys import stderr as e; print(1, file=e); e.write(str(2)); print(3)'",
            "3\n",
            "1\n2",
        ),
    ],
)
def test_what_is_said_on_the_error_stream_stays_there(
    script: str, out: str, err: str | None
) -> None:
    _, printed, said = streams("sh", "-c", script)
    assert printed == out
    assert said == err if err is not None else said.count("No such file") == 3
    assert ran("python", "-c", "def :")[0] == 1


@pytest.mark.parametrize(
    "script",
    [
        "().__class__.__bases__",
        "open.__globals__",
        "__import__('os').system('id')",
        "import subprocess; subprocess.run(['id'])",
        "'{0.__class__}'.format(1)",
        "[0] * 10**12",
        "9 ** 9 ** 9",
        "range(10**12)",
    ],
)
def test_python_cannot_reach_out_nor_eat_the_machine(script: str) -> None:
    code, _, printed, _ = ran(
        "python", "-c", f"x = {script}" if "import s" not in script else script
    )
    assert code in (0, 1)
    assert "uid=" not in printed
    assert "class" not in printed


def test_an_unknown_program_takes_its_time_and_succeeds() -> None:
    code, seconds, printed, _ = ran("terraform", "apply")
    assert code == 0
    assert seconds >= 1
    assert printed.startswith("+ terraform apply\n")
