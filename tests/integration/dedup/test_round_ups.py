"""One round-up of a day in many outlets, and the reports it quotes: copies of each other, nothing else."""

import pytest

from services.contracts.articles import Article
from tests.integration.dedup.shard import Shard, promised
from tests.unit.dedup.pieces import article, prose

OUTLETS = 10
FORMS = {
    "clock": ("{hour:02d}:{minute:02d} {entry}", "\n"),
    "Uhr": ("{hour}.{minute:02d} Uhr: {entry}", "\n\n"),
    "a.m.": ("{hour}:{minute:02d} a.m. {entry}", "\n\n"),
    "in one paragraph": ("{hour:02d}:{minute:02d} {entry}", " "),
}


def entry(number: int) -> str:
    return prose(("entry", number), 48).replace("\n\n", " ")


def report(number: int) -> Article:
    """What the round-up quotes, with as much again of the outlet's own."""
    text = f"{entry(number)}\n\n{prose(('report', number), 120)}"
    return article(text, "/report", source=f"blatt{number}", title=entry(number)[:40], hours=number / 10)


def round_up(number: int, form: str) -> Article:
    """Each outlet has its own first line and leaves out another entry."""
    line, gap = FORMS[form]
    entries = [
        line.format(hour=place // 2 + 1, minute=place * 13 % 60, entry=entry(place))
        for place in range(14)
        if place != number
    ]
    text = gap.join([prose(("intro", number), 12), *entries])
    return article(text, "/day", source=f"haus{number}", title="Der Tag im Überblick", hours=3 + number / 2)


@pytest.mark.parametrize("form", FORMS)
def test_ten_copies_of_a_round_up_are_one_story_and_no_report_is_in_it(form: str) -> None:
    reports = [report(number) for number in range(5)]
    copies = [round_up(number, form) for number in range(OUTLETS)]
    shard = Shard(promised([*reports, *copies])).run()
    assert frozenset(one.url for one in copies) in shard.families()
    relations = {one.url: shard.verdicts()[one.url].relations for one in copies}
    assert {r.kind for found in relations.values() for r in found} == {"syndicated"}
    assert all(found for url, found in relations.items() if url != copies[0].url)
    quoted = {one.url for one in reports}
    assert not quoted & {r.other_url for found in relations.values() for r in found}


def test_a_report_that_was_kept_from_a_round_up_is_told() -> None:
    shard = Shard(promised([report(3), round_up(0, "clock")])).run()
    (refused,) = shard.verdicts()[round_up(0, "clock").url].refused
    assert (refused.reason, refused.other_url) == ("ticker", report(3).url)
