from bench.quality.stability import b_cubed, blocks_agree, outcome_of, shuffled
from bench.shard import by_shard, decide
from services.contracts import wire
from services.contracts.articles import Watermark
from tests.unit.dedup.pieces import article, prose

COPY = prose("copy", 150)
ARTICLES = [
    article(
        f"{COPY} {prose(number, 20)}" if number % 10 == 3 else prose(number, 120),
        f"/{number}",
        source=("talbote", "hafenblatt")[number % 20 < 10],
        hours=number * 0.5,
    )
    for number in range(150)
]


def test_cuts_ranges_and_batches_leave_the_digest_as_it_is() -> None:
    whole = decide(ARTICLES)
    assert len(whole.verdicts) == len(ARTICLES)
    assert outcome_of(whole).families(), "there is something to fold"
    assert decide(ARTICLES, cut=True).digest == whole.digest
    assert decide(ARTICLES, ranges=4).digest == whole.digest
    assert blocks_agree(whole)


def test_the_digest_sees_a_changed_word() -> None:
    changed = [*ARTICLES[:-1], article(prose("other", 120), "/149", hours=74.5)]
    assert decide(changed).digest != decide(ARTICLES).digest


def test_watermarks_leave_something_waiting_until_the_last_one() -> None:
    (records,) = by_shard(ARTICLES).values()
    values = [wire.read(dict(record.headers), record.value or b"") for record in records]
    promises = [value.at for value in values if isinstance(value, Watermark)]
    assert promises == sorted(promises)
    assert promises[-1] == ARTICLES[-1].first_seen_at
    assert all(promise not in {one.first_seen_at for one in ARTICLES} for promise in promises[:-1])


def test_shuffling_deals_out_the_times_of_each_hour_anew() -> None:
    crowd = [article(str(number), f"/{number}", hours=number % 3) for number in range(30)]
    times = [one.first_seen_at for one in crowd]
    near = [article(str(n), f"/n{n}", at=crowd[0].first_seen_at.replace(minute=n)) for n in range(9)]
    dealt = {one.url: one.first_seen_at for one in shuffled([*crowd, *near])}
    assert sorted(dealt.values()) == sorted([*times, *(one.first_seen_at for one in near)])
    assert all(dealt[one.url].replace(minute=0) == at for one, at in zip(crowd, times, strict=True))
    assert any(dealt[one.url] != one.first_seen_at for one in near)


def test_b_cubed_is_that_of_a_case_worked_out_by_hand() -> None:
    truth = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2"}
    told = {"a": "x", "b": "x", "d": "x", "e": "y"}
    precision = (4 / 3 + 1 / 3 + 1 + 1) / 5
    recall = (4 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5
    assert b_cubed(list("abcde"), truth, told) == 2 * precision * recall / (precision + recall)
    assert b_cubed(list("abcde"), truth, dict(truth)) == 1
