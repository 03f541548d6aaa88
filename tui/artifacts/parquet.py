"""The first rows of a Parquet file, of which little is read. pyarrow does it, where installed."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from tui.artifacts.base import Store, StoreError
from tui.artifacts.range_file import RangeFile
from tui.domain.location import Location

ROWS = 200
"""Rows that are shown."""
MOST_READ = 64 << 20
"""Bytes that are read for them: row groups may be large."""
EXTRA = "pip install 'argo-tui[parquet]' shows its first rows"


class Head(NamedTuple):
    """The beginning of a table."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    """Rows of the whole table."""


def head(store: Store, location: Location, size: int) -> Head:
    """The columns of a file and its first rows.

    Raises: StoreError, "unsupported" where pyarrow is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise StoreError("a Parquet file", reason="unsupported", hint=EXTRA) from error
    file = io.BufferedReader(RangeFile(store, location, size, most=MOST_READ), 1 << 16)
    try:
        whole: Any = parquet.ParquetFile(file, pre_buffer=False)
        schema = whole.schema_arrow
        batch: Any = next(whole.iter_batches(batch_size=ROWS), None)
        columns = [batch.column(n).to_pylist() for n in range(batch.num_columns)] if batch else []
        return Head(
            tuple(schema.names),
            tuple(str(each) for each in schema.types),
            tuple(
                tuple("" if v is None else str(v) for v in row)
                for row in zip(*columns, strict=True)
            ),
            whole.metadata.num_rows,
        )
    except StoreError:
        raise
    except Exception as error:  # whatever pyarrow says of a file that is broken or hostile
        raise StoreError(
            "a Parquet file that cannot be read", hint=f"{error}".partition("\n")[0][:120]
        ) from error
