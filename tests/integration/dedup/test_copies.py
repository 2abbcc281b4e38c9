"""Many copies of one report: bounded lines, and nothing that is not told."""

from collections import Counter

import pytest

from services.contracts.articles import Article
from services.contracts.relations import REUSE_KINDS
from tests.integration.dedup.shard import Shard, promised
from tests.integration.dedup.test_noted import Counted
from tests.unit.dedup.pieces import SETTINGS, article, prose

SENTENCES = prose("report", 360).replace("\n\n", " ").split(". ")
COPIES = 75


def copy(number: int, *, kept: int = len(SENTENCES), hours: float | None = None, own: int = 0) -> Article:
    """A paper's copy: the first sentences of the report, and words of its own."""
    text = ". ".join(SENTENCES[:kept]) + ". " + prose(("own", number), own)
    seen = number / 20 if hours is None else hours
    return article(text, "/report", source=f"paper{number}", title="Marsum sperrt die Brücke", hours=seen)


WHOLE = [copy(number) for number in range(COPIES)]
EDITED = [copy(n, kept=len(SENTENCES) - n % 9, own=12 * (n % 3)) for n in range(COPIES)]


@pytest.fixture(scope="module", params=[WHOLE, EDITED], ids=["whole", "edited"])
def shard(request: pytest.FixtureRequest) -> Counted:
    counted = Counted(promised(request.param))
    counted.run()
    return counted


def test_a_copy_names_its_source_and_how_many_others_share_the_text(shard: Counted) -> None:
    verdicts = sorted(shard.verdicts().values(), key=lambda verdict: verdict.first_seen_at)
    for before, verdict in enumerate(verdicts):
        assert sum(1 + relation.others for relation in verdict.relations) == before
        assert len(verdict.relations) == (before if before <= SETTINGS.listed_copies else 3)
        assert all(relation.kind in REUSE_KINDS for relation in verdict.relations)


def test_the_source_of_a_copy_in_its_story_is_a_relation_that_is_listed(shard: Counted) -> None:
    (story,) = shard.stories().values()
    assert len(story.members) == COPIES
    verdicts = {verdict.article_id: verdict for verdict in shard.verdicts().values()}
    for member in story.members[1:]:
        (source,) = (r for r in verdicts[member.article_id].relations if r.other_article_id == member.of)
        assert (source.kind, round(member.jaccard, 4)) == (member.kind, source.jaccard)
        counting = [r.other_article_id for r in verdicts[member.article_id].relations if r.others]
        assert counting in ([], [member.of])


def test_every_pair_that_was_verified_ends_in_a_kind_or_a_reason(shard: Counted) -> None:
    for verdict in shard.verdicts().values():
        assert sum(verdict.answers.values()) == verdict.candidates
    verified = sum(int(pairs) * count for pairs, count in shard.of("candidates").items())
    answers = Counter(shard.of("relations_total")) + Counter(shard.of("refusals_total"))
    assert answers.total() == verified == sum(v.candidates for v in shard.verdicts().values())
    left_out = sum(verdict.left_out for verdict in shard.verdicts().values())
    assert sum(shard.of("candidates_left_out_total").values()) == left_out > 0


def test_a_new_version_takes_nothing_from_the_copies_that_only_count_it() -> None:
    again = copy(40, hours=5, own=30)
    verdicts = Shard(promised([*WHOLE, again])).run().verdicts()
    mine = verdicts[again.url]
    assert {r.other_article_id for r in mine.relations} <= {one.article_id for one in WHOLE[:40]}
    assert mine.answers["took-from"] > 0


def test_a_late_original_is_named_by_the_copies_that_are_still_looked_at() -> None:
    original = copy(COPIES, hours=-1)
    shard = Shard([*promised(WHOLE), original]).run()
    amended = [v for v in shard.verdicts().values() if original.article_id in _named(v.relations)]
    assert len(amended) > 20
    assert all(len(v.relations) <= SETTINGS.listed_copies for v in shard.verdicts().values())
    whole = {v.url: sum(1 + r.others for r in v.relations) for v in amended}
    assert all(whole[copy.url] == before + 1 for before, copy in enumerate(WHOLE) if copy.url in whole)


def test_the_bytes_are_the_same_wherever_it_was_cut() -> None:
    log = promised(EDITED)
    whole = Shard(log).run().published()
    pieces = Shard(log, ranges=4)
    for end in (61, 101, 140, len(log)):
        pieces.run(to=end, batch=7).cut()
    assert pieces.published() == whole


def _named(relations: tuple) -> set[str]:  # type: ignore[type-arg]
    return {relation.other_article_id for relation in relations}
