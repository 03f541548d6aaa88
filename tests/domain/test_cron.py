"""When a cron schedule is due: the results of robfig/cron 3, which Argo uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.cron import ScheduleError, next_run, parse, read

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""A Thursday."""


@pytest.mark.parametrize(
    ("line", "then"),
    [
        ("* * * * *", "2026-01-01T12:01"),
        ("*/15 * * * *", "2026-01-01T12:15"),
        ("50/5 * * * *", "2026-01-01T12:50"),
        ("0 12 * * *", "2026-01-02T12:00"),
        ("30 3 * * SUN", "2026-01-04T03:30"),
        ("30 3 * * sat-Sat", "2026-01-03T03:30"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("5,10 8-9 1 FEB *", "2026-02-01T08:05"),
        ("0-30/7 13 * jan,Mar *", "2026-01-01T13:00"),
        ("\t0  0 ? * MON ", "2026-01-05T00:00"),
        (",5 * * * *", "2026-01-01T12:05"),
        ("@hourly", "2026-01-01T13:00"),
        ("@daily", "2026-01-02T00:00"),
        ("@midnight", "2026-01-02T00:00"),
        ("@weekly", "2026-01-04T00:00"),
        ("@monthly", "2026-02-01T00:00"),
        ("@yearly", "2027-01-01T00:00"),
        ("@annually", "2027-01-01T00:00"),
        ("@every 1h30m", "2026-01-01T13:30"),
        ("CRON_TZ=America/New_York 0 9 * * *", "2026-01-01T14:00"),
        ("TZ=Asia/Kolkata @daily", "2026-01-01T18:30"),
        ("TZ=Asia/Kolkata @every 1m", "2026-01-01T12:01"),
    ],
)
def test_a_schedule_knows_its_next_time(line: str, then: str) -> None:
    found = parse(line).after(NOON)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == then
    assert (found.second, found.utcoffset()) == (0, timedelta())


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("0 0 13 * 5", 2),  # a 13th or a Friday: with both restricted either is enough
        ("0 0 */2 * 1", 3),  # steps of two restrict, whatever they begin with
        ("0 0 */1 * 1", 5),  # steps of one do not
        ("0 0 9,* * 1", 5),
        ("0 0 13 * ?", 13),
        ("0 0 1-31 * 1", 2),  # every day, but it is not a star
    ],
)
def test_day_and_weekday_both_count_only_if_one_of_them_is_any(line: str, day: int) -> None:
    found = parse(line).after(NOON)
    assert found == datetime(2026, 1, day, tzinfo=UTC)


def test_a_moment_within_a_minute_counts_from_its_next_second() -> None:
    line = parse("* * * * *")
    assert line.after(NOON - timedelta(microseconds=1)) == NOON
    assert line.after(NOON) == NOON + timedelta(minutes=1)
    assert line.after(NOON + timedelta(seconds=59.9)) == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("line", ["0 0 31 2 *", ", * * * *", "* * , * *", "0 0 30 feb ?"])
def test_a_date_that_never_comes_has_no_next_time(line: str) -> None:
    assert parse(line).after(NOON) is None


def test_nothing_is_looked_for_beyond_the_end_of_the_calendar() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert parse("* * * * *").after(last) is None
    assert parse("@every 24h").after(last) is None
    assert parse("@every 24h").after(last, NOON) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("90s", 90),
        ("1.5h", 5400),
        (".5m", 30),
        ("1h2m3s", 3723),
        ("+2m", 120),
        ("1500ms", 1),
        ("2999999999ns", 2),
        ("1us", 1),
        ("0", 1),
        ("-1h", 1),
    ],
)
def test_a_span_is_of_whole_seconds_and_at_least_one(text: str, seconds: int) -> None:
    assert parse(f"@every {text}").after(NOON) == NOON + timedelta(seconds=seconds)


def test_a_span_counts_from_the_beginning_if_that_is_known() -> None:
    every = parse("@every 90s")
    begun = NOON + timedelta(seconds=0.5)
    times = [(every.after(NOON + timedelta(seconds=s), begun)) for s in (0, 89, 90, 179, 900)]
    assert [(t - NOON).total_seconds() for t in times if t] == [90, 90, 180, 180, 990]


# A change of the clock

NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("zone", "line", "after", "times"),
    [
        # Spring: there is no 02:xx on that day.
        (BERLIN, "1 2 * * *", "2026-03-28T12", ["30T02:01+0200", "31T02:01+0200"]),
        (NEW_YORK, "1 2 * * *", "2026-03-07T12", ["09T02:01-0400", "10T02:01-0400"]),
        (NEW_YORK, "30 1-3 * * *", "2026-03-08T00", ["08T01:30-0500", "08T03:30-0400"]),
        # Hourly goes on, hour after hour of elapsed time.
        (BERLIN, "0 * * * *", "2026-03-29T00", ["29T01:00+0100", "29T03:00+0200"]),
        (BERLIN, "@hourly", "2026-10-25T01", ["25T02:00+0200", "25T02:00+0100", "25T03:00+0100"]),
        # Autumn: what comes twice is due twice.
        (NEW_YORK, "1 1 * * *", "2026-11-01T00", ["01T01:01-0400", "01T01:01-0500"]),
        (
            BERLIN,
            "30 2 * * *",
            "2026-10-25T00",
            ["25T02:30+0200", "25T02:30+0100", "26T02:30+0100"],
        ),
        (BERLIN, "0 3 * * *", "2026-10-24T12", ["25T03:00+0100", "26T03:00+0100"]),
        # Half an hour forward, at two: it goes on at half past.
        (LORD_HOWE, "15 2 * * *", "2026-10-03T12", ["05T02:15+1100"]),
        (LORD_HOWE, "45 2 * * *", "2026-10-03T12", ["04T02:45+1100", "05T02:45+1100"]),
        # The hours are counted from full ones, and come to half past from then on: 5:00 is passed.
        (LORD_HOWE, "0 5 * * *", "2026-10-03T12", ["05T05:00+1100"]),
        (LORD_HOWE, "0 * * * *", "2026-10-04T01", ["04T03:00+1100", "04T04:00+1100"]),
        # Half an hour back, at two: half past one comes twice.
        (LORD_HOWE, "45 1 * * *", "2026-04-04T12", ["05T01:45+1100", "05T01:45+1030"]),
        (LORD_HOWE, "0 2 * * *", "2026-04-04T12", ["06T02:00+1030"]),
        # Midnight itself is skipped.
        ("America/Sao_Paulo", "0 0 * * *", "2018-11-03T12", ["05T00:00-0200", "06T00:00-0200"]),
        ("America/Sao_Paulo", "30 1 * * 6", "2018-11-03T12", ["04T01:30-0200", "10T01:30-0200"]),
        # The search for a day passes over one without midnight: this is the 24th of April 2027.
        ("Africa/Cairo", "0 5 24 4 *", "2026-04-20T12", ["24T05:00+0200"]),
        # Zones that keep their time.
        ("Asia/Kolkata", "0 2 * * *", "2026-03-28T12", ["29T02:00+0530", "30T02:00+0530"]),
        ("UTC", "30 2 * * *", "2026-03-28T12", ["29T02:30+0000", "30T02:30+0000"]),
        # A day that a zone left out: it comes in 2012.
        ("Pacific/Apia", "0 8 30 12 *", "2011-12-28T12", ["30T08:00+1400"]),
    ],
)
def test_a_change_of_the_clock_is_taken_as_robfig_cron_takes_it(
    zone: str, line: str, after: str, times: list[str]
) -> None:
    moment = datetime.strptime(after, "%Y-%m-%dT%H").replace(tzinfo=ZoneInfo(zone))
    found = []
    for _ in times:
        due = next_run([line], zone, moment)
        assert due is not None
        found.append(due.astimezone(ZoneInfo(zone)).strftime("%dT%H:%M%z"))
        moment = due
    assert found == times


minute = st.sampled_from(["*", "0", "1", "30", "59", "*/7", "5-20/5", "10,40"])
hour = st.sampled_from(["*", "0", "1", "2", "3", "23", "*/2", "1-3"])
day = st.sampled_from(["*", "?", "1", "15", "25-31", "*/2"])
month = st.sampled_from(["*", "3", "OCT,nov", "*/3"])
weekday = st.sampled_from(["*", "?", "0", "MON-FRI", "6"])
lines = st.builds(lambda *fields: " ".join(fields), minute, hour, day, month, weekday)
moments = st.builds(
    lambda near, minutes: near + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
        ]
    ),
    st.integers(-2000, 1000),
)


@settings(deadline=None)
@given(lines, st.sampled_from([BERLIN, NEW_YORK, "UTC", "Asia/Kolkata"]), moments)
def test_where_clocks_change_by_an_hour_it_is_the_first_minute_that_matches(
    line: str, zone: str, moment: datetime
) -> None:
    due = parse(f"CRON_TZ={zone} {line}").after(moment)
    soon = [moment + timedelta(minutes=each) for each in range(1, 30 * 60)]
    expected = next((each for each in soon if matches(line, each, zone)), None)
    assert due == expected or (expected is None and (due is None or due > soon[-1]))


def matches(line: str, moment: datetime, zone: str) -> bool:
    """The fields, one value after the other, as a person would look them up."""
    local = moment.astimezone(ZoneInfo(zone))
    words = line.split()
    values = (local.minute, local.hour, local.day, local.month, local.isoweekday() % 7)
    if not any(local.minute in spelled(part, 0, 59) for part in words[0].split(",")):
        return False
    right = [
        any(value in spelled(part, low, high) for part in word.split(","))
        for word, value, (low, high) in zip(
            words, values, ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6)), strict=True
        )
    ]
    free = words[2] in "*?" or words[4] in "*?"
    on = right[2] and right[4] if free else right[2] or right[4]
    return right[0] and right[1] and on and right[3]


def spelled(part: str, low: int, high: int) -> range:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        return range(low, high + 1, int(step or 1))
    names = {"OCT": 10, "nov": 11, "MON": 1, "FRI": 5}
    first, _, last = span.partition("-")
    start = names.get(first) or int(first)
    return range(start, (names.get(last) or int(last or start)) + 1, int(step or 1))


@given(
    lines,
    st.sampled_from([LORD_HOWE, "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia", BERLIN]),
    st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_times_come_one_after_the_other_and_show_the_minute_asked_for(
    line: str, zone: str, moment: datetime
) -> None:
    schedule = parse(f"CRON_TZ={zone} {line}")
    times = [moment]
    while len(times) < 6 and (due := schedule.after(times[-1])):
        times.append(due)
    assert all(earlier < later for earlier, later in pairwise(times))
    shown = {each.astimezone(ZoneInfo(zone)).minute for each in times[1:]}
    asked = [spelled(part, 0, 59) for part in line.split()[0].split(",")]
    assert all(any(minute in part for part in asked) for minute in shown)


# What cannot be read


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "empty spec string"),
        ("CRON_TZ=UTC  ", "expected exactly 5 fields, found 0: []"),
        ("TZ=UTC", "no schedule after the time zone UTC"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("0 * * * * *", "expected exactly 5 fields, found 6: [0 * * * * *]"),
        (" TZ=UTC * * * * *", "expected exactly 5 fields, found 6: [TZ=UTC * * * * *]"),
        ("61 * * * *", "end of range (61) above maximum (59): 61"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* 5-3 * * *", "beginning of range (5) beyond end of range (3): 5-3"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        (
            "* * * MON *",
            'failed to parse int from MON: strconv.Atoi: parsing "MON": invalid syntax',
        ),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("*/-1 * * * *", "negative number (-1) not allowed: -1"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("5- * * * *", 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'),
        ("a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'),
        (
            "1_0 * * * *",
            'failed to parse int from 1_0: strconv.Atoi: parsing "1_0": invalid syntax',
        ),
        ("٣ * * * *", 'failed to parse int from ٣: strconv.Atoi: parsing "٣": invalid syntax'),
        (
            f"{10**19} * * * *",
            f'failed to parse int from {10**19}: strconv.Atoi: parsing "{10**19}": '
            "value out of range",
        ),
        ("@often", "unrecognized descriptor: @often"),
        ("@Daily", "unrecognized descriptor: @Daily"),
        ("@daily ", "unrecognized descriptor: @daily "),
        (
            "@every often",
            'failed to parse duration @every often: time: invalid duration "often"',
        ),
        ("@every ", 'failed to parse duration @every : time: invalid duration ""'),
        ("@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'),
        (
            "@every 1d",
            'failed to parse duration @every 1d: time: unknown unit "d" in duration "1d"',
        ),
        (
            "@every 9999999h",
            'failed to parse duration @every 9999999h: time: invalid duration "9999999h"',
        ),
        ("TZ=Mars/X * * * * *", "provided bad location Mars/X: unknown time zone Mars/X"),
        ("TZ=../x * * * * *", "provided bad location ../x: time: invalid location name"),
    ],
)
def test_a_schedule_that_is_none_is_refused_in_robfigs_words(line: str, words: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse(line)
    assert str(refused.value) == words
    with pytest.raises(ScheduleError) as refused:
        read([line])
    assert str(refused.value) == f"cron schedule {line} is malformed: {words}"


@given(st.text(st.sampled_from("0159*/-,?@ TZ=adeilvyMON. µ\x00"), max_size=30))
def test_any_text_is_a_schedule_or_an_error(line: str) -> None:
    try:
        due = parse(line).after(NOON)
    except ScheduleError as error:
        assert str(error)
    else:
        assert due is None or due > NOON


# Cron workflows


def test_of_several_schedules_the_earliest_counts() -> None:
    assert next_run(["0 0 * * *", "0 13 * * *", "0 0 31 2 *"], "", NOON) == datetime(
        2026, 1, 1, 13, tzinfo=UTC
    )
    assert next_run(["0 0 31 2 *"], "", NOON) is None


def test_the_time_zone_counts_for_all_schedules() -> None:
    lines = ["0 9 * * *", "@daily"]
    assert next_run(lines, "America/New_York", NOON) == datetime(2026, 1, 1, 14, tzinfo=UTC)


def test_a_suspended_one_has_no_next_run_but_is_read_all_the_same() -> None:
    assert next_run(["* * * * *"], "", NOON, suspended=True) is None
    with pytest.raises(ScheduleError, match="unrecognized descriptor"):
        next_run(["@often"], "", NOON, suspended=True)


@pytest.mark.parametrize(
    ("lines", "timezone", "words"),
    [
        ([], "", "cron workflow must have at least one schedule"),
        (["* * * * *"], "Mars", 'invalid timezone "Mars": unknown time zone Mars'),
        (
            ["* * * * *", "* * * * 9"],
            "UTC",
            "cron schedule * * * * 9 is malformed: end of range (9) above maximum (6): 9",
        ),
        (
            ["TZ=UTC * * * * *"],
            "Europe/Berlin",  # Argo puts the zone in front of what has one
            "cron schedule TZ=UTC * * * * * is malformed: "
            "expected exactly 5 fields, found 6: [TZ=UTC * * * * *]",
        ),
    ],
)
def test_a_cron_workflow_that_cannot_be_read_is_told_in_argos_words(
    lines: list[str], timezone: str, words: str
) -> None:
    with pytest.raises(ScheduleError) as refused:
        next_run(lines, timezone, NOON)
    assert str(refused.value) == words
