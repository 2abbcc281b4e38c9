"""From expositions to the page of `newsfold top`, which a person can read at 80 columns."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.top.page import WIDTH, page, short_number, span
from services.console.top.scrape import STARTED, Pair, Scrape, Series, parse, quantile, series
from services.console.top.view import Target, View, note_growth, view
from services.ops.registry import Metrics

GOLDEN = Path(__file__).parent / "pages"
NOW = 1_772_431_200.0
EVERY_S = 2.0


class Process:
    """One process's metrics, and what they said at moments."""

    def __init__(self, *services: str, up_s: float = 5_400) -> None:
        self.metrics = Metrics(services)
        self._started = NOW - up_s

    def said(self, at: float) -> Scrape:
        scrape = parse(b"".join(self.metrics.exposition()).decode(), at)
        samples = {_released(one): value for one, value in scrape.samples.items()}
        return Scrape(at, samples | {series(STARTED): self._started})


def _released(one: Series) -> Series:
    """Pages do not change with the version."""
    labels = tuple((name, "2.0.0" if name == "version" else value) for name, value in one[1])
    return one[0], labels


def busy() -> list[Target]:
    """Three processes at work, one of them in trouble, and one that is gone."""
    ingest, dedup, enrich = Process("ingest"), Process("dedup"), Process("enrich", up_s=300_000)
    _quiet_start(ingest, dedup, enrich)
    before = [one.said(NOW - EVERY_S) for one in (ingest, dedup, enrich)]
    _work(ingest, dedup, enrich)
    pairs = [Pair(old, one.said(NOW)) for old, one in zip(before, (ingest, dedup, enrich), strict=True)]
    addresses = ("10.0.0.11:9464", "10.0.0.12:9464", "10.0.0.13:9464")
    targets = [Target(at, pair) for at, pair in zip(addresses, pairs, strict=True)]
    return [*targets, Target("10.0.0.14:9464", None, "no answer within 3 s")]


def _quiet_start(ingest: Process, dedup: Process, enrich: Process) -> None:
    for service, one in (("ingest", ingest), ("dedup", dedup), ("enrich", enrich)):
        one.metrics.own(service, range(4))
        one.metrics.gauge("partitions_owned", service).set(4)
        one.metrics.gauge("ready", service).set(service != "dedup")
        one.metrics.counter("loop_seconds_total", service, "idle").inc(4_000)
    dedup.metrics.counter("dead_letters_total", "dedup", "undecodable").inc(3)
    enrich.metrics.histogram("story_age_seconds", "live").observe(700)


def _work(ingest: Process, dedup: Process, enrich: Process) -> None:
    m = ingest.metrics
    m.counter("readings_total", "ingest").inc(412)
    m.counter("records_out_total", "ingest", "articles").inc(300)
    m.counter("loop_seconds_total", "ingest", "idle").inc(6)
    m.counter("loop_seconds_total", "ingest", "fetch").inc(2)
    for state, count in (("fresh", 1_180), ("backing_off", 31), ("broken", 4), ("overdue", 2)):
        m.gauge("feeds", state).set(count)
    m.gauge("queue_depth", "ingest", "parsers").set(2)
    m.gauge("queue_limit", "ingest", "parsers").set(2)
    m.gauge("canary_last_success_timestamp_seconds").set(NOW - 42)
    m = dedup.metrics
    m.counter("records_in_total", "dedup", "articles").inc(260)
    m.counter("records_out_total", "dedup", "relations").inc(250)
    m.gauge("held_records", "dedup").set(17)
    m.gauge("partition_lag_records", "dedup", "articles", "0").set(12_400)
    m.gauge("partition_lag_records", "dedup", "articles", "1").set(90)
    m.gauge("partition_lag_seconds", "dedup", "articles", "0").set(95)
    m.gauge("partition_halted", "dedup", "3").set(1)
    m.gauge("unaccounted_records", "dedup").set(-2)
    m.gauge("queue_depth", "dedup", "inbox").set(950)
    m.gauge("queue_limit", "dedup", "inbox").set(1000)
    m.gauge("queue_depth", "dedup", "reorder").set(17)
    m.gauge("queue_limit", "dedup", "reorder").set(50_000)
    m.counter("dead_letters_total", "dedup", "undecodable").inc(2)
    m.counter("errors_total", "dedup", "publish", "retry").inc(7)
    m.counter("loop_seconds_total", "dedup", "step").inc(7.2)
    m.counter("loop_seconds_total", "dedup", "publish").inc(0.8)
    m = enrich.metrics
    m.counter("records_in_total", "enrich", "clusters").inc(180)
    m.counter("records_out_total", "enrich", "stories").inc(360)
    m.counter("transactions_total", "enrich", "committed").inc(5)
    m.counter("loop_seconds_total", "enrich", "idle").inc(8)
    for age_s in (0.5, 0.7, 1.5, 3, 4, 40):
        m.histogram("story_age_seconds", "live").observe(age_s)


def idle() -> list[Target]:
    one = Process("ingest", "dedup", "enrich", up_s=12)
    for service in ("ingest", "dedup", "enrich"):
        one.metrics.own(service, range(4))
        one.metrics.gauge("partitions_owned", service).set(4)
        one.metrics.gauge("ready", service).set(1)
    said = one.said(NOW)
    return [Target("127.0.0.1:9464", Pair(said, said))]


def nobody() -> list[Target]:
    return [Target("127.0.0.1:9464", None, "All connection attempts failed")]


CASES = {"busy": busy, "idle": idle, "nobody": nobody}


def seen_of(targets: list[Target]) -> View:
    return view(
        targets,
        now=NOW,
        seen=note_growth(targets, now=NOW, seen={("dedup", "dead letter: undecodable"): NOW - 60}),
    )


@pytest.mark.parametrize("case", CASES)
def test_the_page_is_as_it_was_agreed(case: str) -> None:
    """Else: look at the difference, and write the file anew with `page(...)`."""
    found = page(seen_of(CASES[case]()))
    assert found + "\n" == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_80_columns(case: str) -> None:
    assert max(len(line) for line in page(seen_of(CASES[case]())).splitlines()) <= WIDTH


def test_the_view_goes_to_scripts_as_json() -> None:
    told = msgspec.json.decode(msgspec.json.encode(seen_of(busy())))
    assert told["unaccounted"] == -2
    assert told["processes"][3] == {
        "at": "10.0.0.14:9464",
        "error": "no answer within 3 s",
        "version": "",
        "services": [],
        "ready": False,
        "up_s": 0.0,
    }
    assert told["canary_s"] == 42
    assert told["stages"][1]["lag_records"] == 12_490


def test_two_processes_of_one_service_are_added_up() -> None:
    one, other = Process("dedup"), Process("dedup")
    before = [each.said(NOW - 10) for each in (one, other)]
    one.metrics.counter("records_in_total", "dedup", "articles").inc(100)
    other.metrics.counter("records_in_total", "dedup", "articles").inc(50)
    for each, number, behind in ((one, 0, 3), (other, 1, 8)):
        each.metrics.own("dedup", [number])
        each.metrics.gauge("partition_lag_records", "dedup", "articles", str(number)).set(behind)
        each.metrics.gauge("partition_lag_seconds", "dedup", "articles", str(number)).set(behind)
    now = [each.said(NOW) for each in (one, other)]
    targets = [Target(str(at), Pair(*pair)) for at, pair in enumerate(zip(before, now, strict=True))]
    (stage,) = view(targets, now=NOW, seen={}).stages
    assert (stage.in_per_s, stage.lag_records, stage.lag_s) == (15, 11, 8)


def test_the_roles_of_a_spread_dedup_stand_where_articles_pass_them() -> None:
    targets = []
    for service in ("enrich", "dedup", "pair", "range", "sign", "plan", "ingest"):
        one = Process(service)
        one.metrics.gauge("queue_limit", service, "inbox").set(500)
        said = one.said(NOW)
        targets.append(Target(service, Pair(said, said)))
    told = view(targets, now=NOW, seen={})
    flow = ["ingest", "plan", "sign", "range", "pair", "dedup", "enrich"]
    assert [stage.service for stage in told.stages] == flow
    assert [queue.service for queue in told.queues if queue.limit] == flow
    assert told.processes[4].services == ("sign",)
    lines = page(told).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert sum("inbox 0/500" in line for line in lines) == len(flow)


def test_a_counter_of_a_process_that_started_anew_counts_from_zero() -> None:
    old, new = Process("dedup"), Process("dedup")
    old.metrics.counter("records_in_total", "dedup", "articles").inc(1_000)
    new.metrics.counter("records_in_total", "dedup", "articles").inc(20)
    (stage,) = view([Target("a", Pair(old.said(NOW - 10), new.said(NOW)))], now=NOW, seen={}).stages
    assert stage.in_per_s == 2


def test_an_error_is_dated_by_the_look_that_saw_it_grow() -> None:
    one = Process("dedup")
    one.metrics.counter("errors_total", "dedup", "publish", "retry").inc()
    first = one.said(NOW - 20)
    (unseen,) = view([Target("a", Pair(first, first))], now=NOW - 20, seen={}).errors
    assert unseen.ago_s is None
    one.metrics.counter("errors_total", "dedup", "publish", "retry").inc()
    second = one.said(NOW - 10)
    seen = note_growth([Target("a", Pair(first, second))], now=NOW - 10, seen={})
    third = one.said(NOW)
    seen = note_growth([Target("a", Pair(second, third))], now=NOW, seen=seen)
    (error,) = view([Target("a", Pair(first, third))], now=NOW, seen=seen).errors
    assert (error.what, error.count, error.ago_s) == ("publish: retry", 2, 10)


@pytest.mark.parametrize("text", ["", "<html>", "up 1\n", "newsfold_ready 1\n", "newsfold_build_info{ 1\n"])
def test_what_is_no_exposition_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text, NOW)


@given(st.lists(st.floats(0, 500), min_size=1, max_size=50), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(ages: list[float], share: float) -> None:
    bounds = [1.0, 5.0, 30.0, 120.0, math.inf]
    buckets = {bound: float(sum(age <= bound for age in ages)) for bound in bounds}
    found = quantile(share, buckets)
    true = sorted(ages)[math.ceil(share * len(ages)) - 1]
    above = next(bound for bound in bounds if true <= bound)
    below = max([0.0, *(bound for bound in bounds if bound < above)])
    assert found is not None
    assert below <= found <= min(above, 120.0)


def test_a_quantile_of_nothing_is_none() -> None:
    assert quantile(0.5, {}) is None
    assert quantile(0.5, {1.0: 0, math.inf: 0}) is None


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0.0 s"), (9.96, "10.0 s"), (42, "42 s"), (150, "2 min"), (7_300, "2.0 h"), (180_000, "2 d")],
)
def test_a_span_is_told_in_the_unit_that_fits(seconds: float, told: str) -> None:
    assert span(seconds) == told


@given(st.integers(-(10**12), 10**12))
def test_a_number_takes_little_room(number: int) -> None:
    assert len(short_number(number)) <= 7
