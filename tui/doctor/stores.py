"""Where artifacts are kept, and whether they can be read from here."""

from __future__ import annotations

from collections.abc import Iterator

from tui.artifacts import Stores, title_of
from tui.artifacts.base import StoreError
from tui.artifacts.repository import look_for_repository
from tui.doctor.base import Case, Finding, Sign, found
from tui.doctor.cluster import connected
from tui.domain.location import Location, S3Location, kind_of, located, with_key
from tui.domain.workflow import Metadata, Workflow
from tui.ports.artifacts import ServedArtifacts
from tui.ports.secrets import Secrets, reader_of
from tui.ports.stores import reached_from

KEY = ""
"""Of the whole bucket: there is no key yet that could be there."""


def artifacts(case: Case) -> Iterator[Finding]:
    """The repository that workflows of this namespace use which name none, and what it answers."""
    of = found("artifacts")
    source = connected(case)
    if not source.place.is_live:
        return
    if source.port(Secrets) is None:
        served = source.port(ServedArtifacts) is not None
        yield of(
            Sign.GOOD if served else Sign.UNKNOWN,
            "the Argo Server hands artifacts out" if served else source.lacks(Secrets),
        )
        return
    looked = look_for_repository(Workflow(metadata=Metadata(namespace=case.namespace)), source)
    if looked.repository is None:
        yield of(
            Sign.UNKNOWN if looked.why_not else Sign.NOTICE,
            f"no artifact repository was found for {case.namespace}"
            + (f": {looked.why_not}" if looked.why_not else ""),
            "workflows that have run name theirs; else a config map artifact-repositories does",
        )
        return
    whole = with_key(looked.repository, KEY) or looked.repository
    location = located(whole, case.namespace)
    name = f"{title_of(location) or kind_of(looked.repository)}, {location.url or 'no address'}"
    where = f", by {looked.where}" if looked.where else ""
    yield of(Sign.GOOD, f"artifacts of {case.namespace} are in {name}{where}")
    stores = Stores(reader_of(source), lambda place: reached_from(source, place))
    try:
        whose = _whose(location, stores)
        store = stores.store(location)
        if "list" not in store.can:
            yield of(Sign.UNKNOWN, f"whether it can be read is not known: {_no_list(location)}")
            return
        store.listing(location, 1)
    except StoreError as error:
        sign = Sign.UNKNOWN if error.reason == "unsupported" else Sign.BAD
        yield of(sign, f"it cannot be read from here: {error.what}", error.hint)
    else:
        yield of(Sign.GOOD, f"it can be read from here{whose}")
    finally:
        stores.close()


def _no_list(location: Location) -> str:
    return f"a {location.kind} store has no list to ask for"


def _whose(location: Location, stores: Stores) -> str:
    """Whose credentials sign; "" where nobody signs."""
    reached = stores.reached(location)
    if not isinstance(reached, S3Location):
        return ""
    if reached.access_key is not None:
        return f", with keys of the secret {reached.access_key.name}"
    own = stores.own_credentials(location)
    return f", with {own}" if own else ""
