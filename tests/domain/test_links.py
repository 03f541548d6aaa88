"""Texts of places: what each may mean, and that what is made of one leads back there."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.links import Link, is_short, page_of, readings
from tui.errors import InputError

CONTEXTS = ("prod", "dev", "arn:aws:eks:eu-west-1:1:cluster/main", "admin@kind")
ARN = CONTEXTS[2]
PAGE = "https://argo.example.com"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("etl-x7k", Link(name="etl-x7k")),
        ("argo/etl-x7k", Link("", "argo", "etl-x7k")),
        ("argo/etl-x7k/load", Link("", "argo", "etl-x7k", "load")),
        ("prod/argo/etl-x7k", Link("prod", "argo", "etl-x7k")),
        ("prod/argo/etl-x7k/load", Link("prod", "argo", "etl-x7k", "load")),
        (f"{ARN}/argo/etl", Link(ARN, "argo", "etl")),
        ("arn:aws:eks:eu-west-1:1:cluster%2Fmain/argo/etl", Link(ARN, "argo", "etl")),
        ("admin@kind/argo/etl", Link("admin@kind", "argo", "etl")),
        ("@latest", Link(name="@latest")),
        ("argo/@latest-failed", Link("", "argo", "@latest-failed")),
        ("prod/argo/@latest@logs", Link("prod", "argo", "@latest", pane="logs")),
        ("argo/etl/shard(2:x)(1)", Link("", "argo", "etl", "shard(2:x)(1)")),
        ("argo/etl/fetch(0:https://h/y)", Link("", "argo", "etl", "fetch(0:https://h/y)")),
        ("argo/etl/a%2Fb", Link("", "argo", "etl", "a/b")),
        ("argo/etl@yaml", Link("", "argo", "etl", pane="manifest")),
        (
            "argo/etl/load@logs:2026-01-15T10:41:00.5Z",
            Link("", "argo", "etl", "load", pane="logs", spot="2026-01-15T10:41:00.5Z"),
        ),
        ("argo/etl/load@logs:120", Link("", "argo", "etl", "load", pane="logs", spot="120")),
        ("argo/etl/send@home", Link("", "argo", "etl", "send@home")),
        ("argo/cron:nightly", Link("", "argo", "nightly", kind="cron")),
        ("cwftmpl:notify", Link(name="notify", kind="cwftmpl")),
        ("prod/argo/uid:4e1f-2/load", Link("prod", "argo", "", "load", uid="4e1f-2")),
        ("argo/", Link("", "argo")),
        ("argo//phase:Failed age:<2h", Link("", "argo", query="phase:Failed age:<2h")),
        ("prod/all//phase:Failed%20a/b", Link("prod", "all", query="phase:Failed a/b")),
        ("argo/cron:/weekly", Link("", "argo", kind="cron", query="weekly")),
        ("  'argo/etl'\n", Link("", "argo", "etl")),
        ("`argo/etl`", Link("", "argo", "etl")),
        (f"{PAGE}/workflows/argo/etl", Link("", "argo", "etl", host="argo.example.com")),
        (
            f"<{PAGE}:8443/base/workflows/argo/etl?tab=workflow&nodeId=etl-1&"
            "nodePanelView=inputs-outputs>",
            Link("", "argo", "etl", "etl-1", pane="inout", host="argo.example.com:8443"),
        ),
        (
            f"{PAGE}/workflows/argo/etl?sidePanel=logs%3Aetl-1%3Amain&uid=u-1",
            Link("", "argo", "etl", "etl-1", pane="logs", uid="u-1", host="argo.example.com"),
        ),
        (f"{PAGE}/workflows/argo/etl?tab=events#x", Link("", "argo", "etl", pane="events")),
        (f"{PAGE}/archived-workflows/argo/u-1?nodeId=n", Link("", "argo", "", "n", uid="u-1")),
        (f"{PAGE}/cron-workflows/argo/nightly", Link("", "argo", "nightly", kind="cron")),
        (f"{PAGE}/workflow-templates/argo/t", Link("", "argo", "t", kind="wftmpl")),
        (f"{PAGE}/cluster-workflow-templates/t", Link("", "", "t", kind="cwftmpl")),
        (f"{PAGE}/workflows/workflows/etl", Link("", "workflows", "etl")),
        (f"{PAGE}/workflows/workflows/argo/etl", Link("", "argo", "etl")),
        (f"{PAGE}/workflows", Link("", "all")),
        (
            f"{PAGE}/workflows/argo?phase=Failed&phase=Error",
            Link("", "argo", query="phase:Failed|Error"),
        ),
        ("HTTP://jane:hush@h/workflows/argo/etl", Link("", "argo", "etl", host="h")),
    ],
)
def test_each_spelling_means_first_what_is_likeliest(text: str, first: Link) -> None:
    found = readings(text, CONTEXTS)[0]
    if first.host == "":
        found = replace(found, host="")
    assert found == first


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a/b", [("", "a", "b", ""), ("", "", "a", "b")]),
        ("dev/b", [("", "dev", "b", ""), ("", "", "dev", "b"), ("dev", "", "b", "")]),
        ("dev/a/b", [("dev", "a", "b", ""), ("dev", "", "a", "b")]),
        ("a/b/c", [("", "a", "b", "c"), ("", "", "a", "b/c")]),
    ],
)
def test_what_may_mean_several_things_has_all_of_them(
    text: str, meant: list[tuple[str, str, str, str]]
) -> None:
    found = [
        (each.context, each.namespace, each.name, each.step) for each in readings(text, CONTEXTS)
    ]
    assert found == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "''",
        "../../etc/passwd",
        "argo/..",
        "argo/.",
        "argo/a%2Fb",
        "argo/a%00b",
        "a\x1b[2Jb",
        "argo/etl/\x9b31m",
        "argo/etl/a%1Bb",
        "argo/\u202eevil",
        "argo/\udcff",
        "@newest",
        "argo/@oldest",
        "x" * 5000,
        "https://",
        "https://[",
        "https:///workflows/argo/etl",
        f"{PAGE}/reports/argo",
        f"{PAGE}/workflows/../../etc",
        f"{PAGE}/workflows/argo/a%2Fb",
        f"{PAGE}/workflows/argo/etl?nodeId=%1B%5B2J",
        f"{PAGE}/workflows/argo/%00",
    ],
)
def test_what_can_be_no_place_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InputError) as refused:
        readings(text, CONTEXTS)
    assert refused.value.what and refused.value.what.isprintable()


@pytest.mark.parametrize(
    ("word", "is_so"),
    [
        ("argo/etl-x7k", True),
        ("argo/@latest", True),
        ("argo/etl@logs", True),
        ("argo/@latest-failed@logs", True),
        ("argo/etl.yaml", False),
        ("runs/saved.json", False),
        ("etl", False),
        ("a/b/c", False),
        ("/etl", False),
        ("./etl", False),
        ("argo/", False),
        ("../etl", False),
        ("Argo/Etl", False),
        ("argo/a b", False),
        ("argo/$(id)", False),
    ],
)
def test_a_word_alone_is_a_place_only_where_it_can_be_no_file(word: str, is_so: bool) -> None:
    assert is_short(word) is is_so


PLAIN = st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)
SPOTS = st.sampled_from(["", "12", "2026-01-15T10:41:00Z"])


@given(st.sampled_from(["", *CONTEXTS]), PLAIN, PLAIN, TEXT, st.sampled_from(["", "logs"]), SPOTS)
def test_what_is_copied_of_a_place_leads_back_there_whatever_its_names(
    context: str, namespace: str, name: str, step: str, pane: str, spot: str
) -> None:
    link = Link(context, namespace, name, step, pane=pane, spot=spot if pane else "")
    text = str(link)
    # `dev/b` and the like are asked for as a namespace first, and that is what they are.
    contexts = [*CONTEXTS] if context else [each for each in CONTEXTS if each != namespace]
    assert readings(text, contexts)[0] == link
    assert shlex.split(text) == [text], "no shell takes a part of it for something else"


@given(st.sampled_from(["", "prod"]), PLAIN, TEXT, st.sampled_from(["wf", "cron"]))
def test_what_is_copied_of_a_list_leads_back_to_its_filter(
    context: str, namespace: str, query: str, kind: str
) -> None:
    link = Link(context, namespace, kind=kind, query=query)
    assert readings(str(link), [context] if context else [])[0] == link


@given(st.text(max_size=60))
def test_no_text_does_anything_but_mean_something_or_be_refused(text: str) -> None:
    try:
        found = readings(text, CONTEXTS)
    except InputError:
        return
    for each in found:
        assert each.name.isprintable() and ".." not in (each.name, each.namespace)


@pytest.mark.parametrize(
    "link",
    [
        Link("", "argo", "etl-x7k2p"),
        Link("", "argo", "etl-x7k2p", "etl-x7k2p-2192570502"),
        Link("", "argo", "nightly", kind="cron"),
        Link("", "argo", "etl", kind="wftmpl"),
        Link("", "", "shared", kind="cwftmpl"),
        Link("", "argo", "etl-x7k2p", uid="1f3c"),
    ],
)
@pytest.mark.parametrize("base", ["https://argo.example.com", "https://example.com/argo/"])
def test_the_web_page_of_a_link_is_read_as_that_link(link: Link, base: str) -> None:
    (read,) = readings(page_of(base, link))
    assert replace(read, host="") == link


def test_what_the_web_pages_do_not_show_has_none() -> None:
    assert page_of("https://a", Link("", "argo", "p", kind="pods")) == ""
    assert page_of("https://a", Link("", "argo")) == ""
    assert page_of("https://a", Link("", "ar/go", "a b")) == "https://a/workflows/ar%2Fgo/a%20b"
