"""What this account may do, part by part of the Role in README.md, with the rules that lack."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.role import CLUSTER_PARTS, PARTS, Answer, Part, all_rights, functions, missing
from tui.doctor.base import Case, Finding, Sign, found
from tui.doctor.cluster import connected
from tui.domain.rights import words_of
from tui.ports.rights import Rights, Wanted

NEEDED = "workflows"
"""The part without which there is nothing to show."""
MOST_REQUESTS = 40
"""Where the cluster does not tell its rules, each right is a request."""


def rights(case: Case) -> Iterator[Finding]:
    """One line for all that can be done, one for each part that cannot, and what to apply."""
    of = found("rights")
    source = connected(case)
    if not source.place.is_live:
        return
    known = source.port(Rights)
    if known is None:
        yield of(Sign.UNKNOWN, source.lacks(Rights))
        return
    where = case.namespace
    told = known.learn(where, [Wanted(each) for each in all_rights(PARTS)], most=MOST_REQUESTS)
    known.learn("", [Wanted(each) for each in all_rights(CLUSTER_PARTS)], most=MOST_REQUESTS)
    every = functions(known.known, where)
    for answer, sign, begin in (
        (Answer.YES, Sign.GOOD, f"in {where} this account can use"),
        (Answer.UNKNOWN, Sign.UNKNOWN, f"in {where} it is not known whether it can use"),
    ):
        names = [each.words for each in every if each.answer is answer]
        if names:
            why = f": {told.trouble}" if answer is Answer.UNKNOWN and told.trouble else ""
            yield of(sign, f"{begin} {', '.join(names)}{why}")
    for each in every:
        if each.answer in (Answer.NO, Answer.PARTLY):
            word = "cannot use" if each.answer is Answer.NO else "can use parts of"
            lacks = f": it lacks {words_of(each.lacks)}" if each.lacks else ""
            sign = Sign.BAD if each.id == NEEDED and each.answer is Answer.NO else Sign.NOTICE
            yield of(sign, f"in {where} it {word} {each.words}{lacks}")
    lacking = missing(known.known, where)
    for kind, parts in ((f"Role of {where}", PARTS), ("ClusterRole", CLUSTER_PARTS)):
        rules = [part for part in parts if part in lacking]
        if rules:
            yield of(
                Sign.NOTICE,
                f"a {kind} with these rules gives what lacks",
                "for whoever administers the cluster",
                tuple(_yaml(rules)),
            )


def _yaml(parts: list[Part]) -> Iterator[str]:
    yield "rules:"
    for part in parts:
        yield f"  # {part.title}"
        yield from part.yaml
