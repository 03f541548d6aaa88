"""Reading Tables, of real servers and of odd ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.golden import ABSENT, DATA
from tests.support.tables import COLUMNS, as_bytes, cells, metadata_in, table
from tui.errors import InputError, SourceError
from tui.kinds.workflows import tabled
from tui.sources.tables import read_table_page

AT = datetime(2026, 11, 29, 5, 11, 32, tzinfo=UTC)
KUBE = DATA / "kube"
recorded = pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)


def body_of(name: str) -> bytes:
    """The body of a recorded answer."""
    return (KUBE / "lists" / name).read_bytes().split(b"\n\n", 1)[1]


@recorded
def test_a_recorded_table_without_objects_is_read() -> None:
    page = read_table_page(body_of("table-includeObject-None.http"), "sv-1", AT)
    assert page is not None and page.version == "47025" and page.more
    failed, succeeded = page.rows
    assert (failed.namespace, failed.name, failed.uid) == ("sv-1", "arch-fail", "")
    assert failed.cell("status") == "Failed"
    assert failed.cell("Message") == "Stopped with strategy 'Stop'"
    assert (succeeded.cell("age"), succeeded.cell("message")) == ("62m", "")
    workflow = tabled(failed)
    assert workflow.status.started_at == "2026-11-29T04:57:32Z", "14 minutes before"


@recorded
def test_a_recorded_table_with_metadata_says_where_its_objects_are() -> None:
    page = read_table_page(body_of("table-workflows.http"), None, AT)
    assert page is not None
    first = page.rows[0]
    assert (first.namespace, first.name, first.version) == ("sv-1", "arch-fail", "44609")
    assert first.uid == "926d08d2-8985-4402-a261-e12256001b05"
    assert first.created == "2026-11-29T04:56:55Z"
    assert first.labels["workflows.argoproj.io/phase"] == "Failed"


@recorded
@pytest.mark.parametrize(
    "name",
    sorted(path.name for path in (KUBE / "lists").glob("table-*.http"))
    if KUBE.is_dir()
    else ["table-pods.http"],
)
def test_recorded_tables_of_every_kind_name_their_objects(name: str) -> None:
    body = body_of(name)
    page = read_table_page(body, "there", AT)
    assert page is not None
    raw = json.loads(body)
    objects = [row["object"]["metadata"]["name"] for row in raw["rows"] if row["object"]]
    assert not objects or [row.name for row in page.rows] == objects
    for row, came in zip(page.rows, raw["rows"], strict=True):
        titles = [each["name"].lower() for each in raw["columnDefinitions"]]
        texts = ["" if cell is None else str(cell) for cell in came["cells"]]
        assert dict(row.cells) == dict(zip(titles, texts, strict=True))


@recorded
def test_what_is_no_table_is_nobodys_table() -> None:
    assert read_table_page(body_of("list-limit-2.http"), "sv-1", AT) is None


def test_objects_of_all_namespaces_that_do_not_say_theirs_are_refused() -> None:
    with pytest.raises(InputError, match="which object"):
        read_table_page(as_bytes(table(cells("a"))), None, AT)
    page = read_table_page(as_bytes(table(cells("a"), metadata=metadata_in("x"))), None, AT)
    assert page is not None and page.rows[0].namespace == "x"


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"{}", b"[]", b'{"kind": "Status"}', b""])
def test_what_is_neither_table_nor_list_cannot_be_read(body: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_table_page(body, "argo", AT)


def test_bytes_that_are_no_text_spoil_neither_their_row_nor_the_others() -> None:
    body = as_bytes(table(cells("a", message="MARK"), cells("b")))
    page = read_table_page(body.replace(b"MARK", b"\xff\xfe"), "argo", AT)
    assert page is not None
    assert [row.name for row in page.rows] == ["a", "b"]
    assert page.rows[0].cell("message") == "\ufffd\ufffd"


def test_of_two_columns_with_one_name_the_first_counts() -> None:
    columns = ("Name", "Status", "Age", "name", "STATUS")
    page = read_table_page(
        as_bytes(table(["a", "Failed", "3m", "other", "odd"], columns=columns)), "argo", AT
    )
    assert page is not None
    assert (page.rows[0].name, page.rows[0].cell("status")) == ("a", "Failed")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
NAMES = st.text("abc-", min_size=1, max_size=8)


@st.composite
def odd_tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A Table with its columns in any order, some missing and some more, and anything in its cells;
    and what its rows should have, by name of the column."""
    extra = draw(st.lists(st.sampled_from(["Extra", "Duration", "Age 2"]), unique=True))
    wanted = [name for name in COLUMNS if name in ("Name", "Status") or draw(st.booleans())]
    columns = draw(st.permutations([*wanted, *extra]))
    expected = []
    for name in draw(st.lists(NAMES, unique=True, max_size=5)):
        row = {column.lower(): draw(JSON) for column in columns}
        expected.append({**row, "name": name})
    rows = [[row[column.lower()] for column in columns] for row in expected]
    return table(*rows, columns=columns), expected


@given(odd_tables())
def test_rows_have_their_cells_by_name_whatever_is_in_them(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    body, expected = made
    page = read_table_page(as_bytes(body), "argo", AT)
    assert page is not None
    assert [row.name for row in page.rows] == [each["name"] for each in expected]
    for row, want in zip(page.rows, expected, strict=True):
        assert set(row.cells) == set(want)
        for column, value in want.items():
            if value is None:
                assert row.cell(column) == ""
            elif isinstance(value, str) and max(value, default="") < "\ud800":
                assert row.cell(column) == value
            assert isinstance(row.cell(column), str)
        made_of_it = tabled(row)
        assert made_of_it.metadata.name == row.name


@given(JSON, JSON, JSON)
def test_nothing_in_the_place_of_a_table_does_more_than_be_refused(
    rows: Any, columns: Any, metadata: Any
) -> None:
    body = {"kind": "Table", "metadata": metadata, "columnDefinitions": columns, "rows": rows}
    try:
        page = read_table_page(as_bytes(body), "argo", AT)
    except InputError:
        return
    assert page is not None and all(row.name for row in page.rows)
