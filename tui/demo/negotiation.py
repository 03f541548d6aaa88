"""In which form a client wants its answer, from the Accept header."""

from __future__ import annotations

from typing import Literal

from tui.demo import refusals
from tui.demo.gnostic import MEDIA_TYPE, OLD_MEDIA_TYPE

Form = Literal["json", "table", "partial"]

JSON = "application/json"
AGGREGATED = {
    "v2": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    "v2beta1": "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
}
"""Version of aggregated discovery → its media type."""


def _wishes(accept: str) -> list[tuple[str, dict[str, str]]]:
    wishes = []
    for wish in accept.split(","):
        media, *parameters = [part.strip() for part in wish.split(";")]
        pairs = (parameter.partition("=") for parameter in parameters)
        wishes.append((media.lower(), {name: value for name, _, value in pairs}))
    return wishes


def form(accept: str) -> Form:
    """The first form asked for that there is; raises the 406 of the API."""
    for media, parameters in _wishes(accept or "*/*"):
        if media not in (JSON, "*/*", "application/*"):
            continue
        kind = parameters.get("as", "")
        if not kind:
            return "json"
        if parameters.get("g") != "meta.k8s.io" or parameters.get("v") != "v1":
            continue
        if kind == "Table":
            return "table"
        if kind in ("PartialObjectMetadata", "PartialObjectMetadataList"):
            return "partial"
    raise refusals.not_acceptable()


def aggregated(accept: str) -> str:
    """The version of aggregated discovery asked for, "" for the plain documents."""
    for media, parameters in _wishes(accept):
        if media == JSON and parameters.get("as") == "APIGroupDiscoveryList":
            if parameters.get("v") in AGGREGATED:
                return parameters["v"]
        elif media in (JSON, "*/*"):
            return ""
    return ""


def as_gnostic(accept: str) -> bool:
    """Whether an OpenAPI document of version 2 is wanted as protobuf rather than as JSON."""
    for media, _ in _wishes(accept):
        if media in (MEDIA_TYPE, OLD_MEDIA_TYPE):
            return True
        if media in (JSON, "*/*"):
            return False
    return False
