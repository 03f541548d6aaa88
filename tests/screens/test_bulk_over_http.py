"""Two hundred deleted over HTTP, every third refused: what arrives is counted where it arrives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.support.api_source import source_of
from tests.support.app import showing
from tests.support.asking import ask
from tests.support.fake_api import fake_api
from tests.support.served_runs import ServedRuns

NAMES = [f"old-{i:03}" for i in range(200)]


async def test_each_is_sent_once_at_most_eight_at_once_and_the_refused_stay_marked(
    tmp_path: Path,
) -> None:
    refused = set(NAMES[::3])
    served = ServedRuns(NAMES, refused=refused)
    with fake_api(served) as api:
        async with showing(source=source_of(api, tmp_path)) as shown:
            await shown.until(lambda: len(shown.names) == len(NAMES))
            await shown.press("*")
            await ask(shown, "D")
            await shown.write("200")
            await shown.press("ctrl+s")
            await shown.until_said("Delete: 133 of 200 done; not ")
            assert {str(getattr(key, "name", "")) for key in shown.rows.marks} == refused
    assert served.arrived == Counter(dict.fromkeys(NAMES, 1))
    assert served.most == 8
    assert sum(each.method == "DELETE" for each in api.asked) == 200
