"""`newsfold explain` says what was decided, and it is what relations and stories say."""

import asyncio
import io
from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from services.cli import main
from services.console.addresses import topic_specs
from services.console.explain.command import explain_article, explain_pair
from services.console.explain.decision import Counted, KeptOut, Refused, Related, Unlisted, decision
from services.console.explain.evidence import Evidence, read_bus, read_directory
from services.console.export.files import export
from services.contracts import wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.relations import Refusal, Verdict
from services.contracts.stories import Story, StoryMember
from services.contracts.topics import shard_of
from services.dedup.relations.explain import compare
from services.stream.bus import Output, Partition
from services.stream.memory import MemoryBus
from tests.integration.dedup.newsroom import demo
from tests.integration.dedup.shard import Shard, promised
from tests.integration.dedup.test_copies import WHOLE, copy
from tests.unit.dedup.pieces import SETTINGS, article, prose
from tests.unit.dedup.walls import pages

TITLE, WALL = pages("stub")["en: nothing but the offer"]
STUB = article(WALL, "/wall", title=TITLE, hours=3)
STRANGER = article(prose("stranger", 200), "/stranger", title="Anderes", hours=2)
ENGLISH = article(prose("english", 200), "/english", title="Other", hours=2, language="en")
FORM = "Am {day} kostet ein Scheffel {a} Taler, ein Sack {b} Taler und ein Fass {c} Taler. " + prose(
    "form", 60
)
FORMS = [one for one in demo() if one.url.endswith(("pegelstaende-dienstag", "pegelstaende-mittwoch"))]
ARCHIVE = [*demo(), *WHOLE, STUB, STRANGER, ENGLISH]


def decided(log: list[Article]) -> list[tuple[Article, Verdict]]:
    """The verdicts in the order in which they were given, each beside an article of the same version."""
    versions = {one.version_id: one for one in log}
    shard = Shard(promised(log)).run()
    said = [
        wire.read(dict(o.headers), o.value or b"") for o in shard.outputs if o.partition.topic == "relations"
    ]
    return [(versions[v.version_id], v) for v in said if isinstance(v, Verdict)]


async def log_of(articles: list[Article]) -> MemoryBus:
    """A log with what ingest and dedup publish of them."""
    bus = MemoryBus()
    await bus.start()
    await bus.create(topic_specs(forget=False))
    writer = await bus.writer("test", ["feeds"], 0)
    sent = [output("articles", one) for one in articles]
    await writer.publish([*sent, *(output("relations", v) for _, v in decided(articles))], consumed={})
    return bus


def output(topic: str, value: Article | Verdict) -> Output:
    key = value.article_id
    headers = wire.headers(value, id=key, source="test", time=value.first_seen_at)
    return Output(Partition(topic, 0), key.encode(), wire.encode(value), headers)


@pytest.fixture(scope="module")
def logged() -> Evidence:
    evidence = Evidence()
    for one in sorted(ARCHIVE, key=lambda one: one.first_seen_at):
        evidence.articles[one.url] = one
        evidence.shards[one.url] = shard_of(one.language, "language")
    for _, verdict in decided(ARCHIVE):
        said = [
            v for v in evidence.verdicts.get(verdict.article_id, []) if v.version_id != verdict.version_id
        ]
        evidence.verdicts[verdict.article_id] = [*said, verdict]
    return evidence


def pair(evidence: Evidence, one: Article, other: Article) -> str:
    out = io.StringIO()
    explain_pair(evidence, one.url, other.url, SETTINGS, Console(file=out, width=400, highlight=False))
    return out.getvalue()


def test_of_every_pair_it_says_what_the_verdicts_say(logged: Evidence) -> None:
    told = {(verdict.url, r.other_article_id): r for verdict, r in logged.relations()}
    seen = set()
    for one, other in combinations(logged.articles.values(), 2):
        there, back = decision(logged, one, other), decision(logged, other, one)
        assert there == back
        seen.add(type(there))
        relation = told.get((one.url, other.article_id)) or told.get((other.url, one.article_id))
        if relation is not None:
            assert isinstance(there, Related)
            assert there.relation == relation
            assert relation.direction is not None
        elif isinstance(there, Related):
            assert there.newer not in (logged.verdict(one), logged.verdict(other))
    assert seen == {Related, Refused, KeptOut, Counted, Unlisted}


def test_what_is_counted_and_not_listed_is_a_relation(logged: Evidence) -> None:
    one, other = WHOLE[70], WHOLE[50]
    assert isinstance(decision(logged, one, other), Counted)
    now = compare(one, other, [], SETTINGS)
    assert now.looked_at
    text = pair(logged, one, other)
    assert f"both share the text of {WHOLE[0].url} (syndicated)" in text
    assert "that is what was decided" in text


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (FORMS[0], FORMS[1], "refused (template): the same form with another content"),
        (STUB, STRANGER, "was kept out of matching (stub): it is what stands before a paywall"),
        (STRANGER, WHOLE[3], "it was never looked at; why, is computed again below"),
        (STRANGER, WHOLE[3], "no key in common"),
        (STRANGER, ENGLISH, "texts in en and de are in different shards"),
        (WHOLE[0], WHOLE[1], "paper1 runs the report that paper0 has"),
        (WHOLE[0], WHOLE[1], "paper0 was seen first, 3 minutes earlier"),
        (WHOLE[0], WHOLE[70], "67 more articles share this text and are not listed one by one"),
    ],
)
def test_it_speaks_plainly(logged: Evidence, one: Article, other: Article, said: str) -> None:
    text = pair(logged, one, other)
    assert said in text
    assert text.index("As it was decided") < text.index("Computed again now")
    assert "today it would be decided otherwise" not in text


def test_what_may_be_a_refusal_that_is_only_counted_is_said_to_be_computed() -> None:
    one, other = article(prose("one", 90), "/one"), article(prose("other", 90), "/other", hours=1)
    said = {v.article_id: [v] for _, v in decided([one, other])}
    refusal = Refusal(
        other_article_id="x", other_url="https://x.example/", reason="template", detail="", others=7
    )
    latest = said[other.article_id][0]
    said[other.article_id] = [msgspec.structs.replace(latest, refused=(refusal,), left_out=3)]
    evidence = Evidence({piece.url: piece for piece in (one, other)}, said)
    text = pair(evidence, one, other)
    assert "is one of those refused and only counted (7 as template)" in text
    assert "computed again below" in text
    said[other.article_id] = [msgspec.structs.replace(latest, left_out=3)]
    assert "stronger pairs filled the bounds, as for 3 pairs" in pair(evidence, one, other)


def test_what_came_too_late_is_said_to_have_come_too_late() -> None:
    early, late = article(prose("one", 90), "/one"), article(prose("one", 90), "/late", source="paper")
    said = {v.article_id: [v] for _, v in decided([early, late])}
    kept_out = msgspec.structs.replace(
        said[late.article_id][0], outcome="screened", reason="beyond-window", relations=(), detail="came late"
    )
    evidence = Evidence(
        {piece.url: piece for piece in (early, late)},
        {early.article_id: [_alone(said, early)], late.article_id: [kept_out]},
    )
    text = pair(evidence, early, late)
    assert "(beyond-window): it came too late to be compared" in text
    assert "it was kept out for the time at which it came" in text


def _alone(said: dict[str, list[Verdict]], one: Article) -> Verdict:
    return msgspec.structs.replace(said[one.article_id][-1], relations=())


def test_texts_further_apart_than_the_window_were_never_looked_at() -> None:
    first, again = article(prose("one", 90), "/one"), article(prose("one", 90), "/again", hours=24 * 40)
    said = {v.article_id: [v] for _, v in decided([first, again])}
    text = pair(Evidence({one.url: one for one in (first, again)}, said), first, again)
    assert "never looked at: more than 30 days lie between them" in text
    assert "that is what was decided" in text


def test_what_the_rules_of_today_would_not_decide_is_said(logged: Evidence) -> None:
    strict = msgspec.structs.replace(SETTINGS, least_fresh=5_000, background_fresh=5_000)
    out = io.StringIO()
    one, other = next(
        (logged.articles[verdict.url], logged.articles[r.other_url])
        for verdict, r in logged.relations()
        if r.jaccard < 0.5 and logged.articles[r.other_url].version_id == r.other_version_id
    )
    explain_pair(logged, one.url, other.url, strict, Console(file=out, width=400, highlight=False))
    text = out.getvalue()
    assert "today it would be decided otherwise" in text
    assert "refused (little-evidence)" in text


def test_it_says_so_where_a_text_has_changed_since() -> None:
    first, second = copy(0), copy(1)
    changed = copy(0, hours=5, own=200)
    said: dict[str, list[Verdict]] = {}
    for _, verdict in decided([first, second, changed]):
        said.setdefault(verdict.article_id, []).append(verdict)
    evidence = Evidence({one.url: one for one in (changed, second)}, said)
    text = pair(evidence, changed, second)
    assert "one of the two texts has changed since" in text
    assert "of texts that have changed since, so the passages are not shown" in text


def test_a_member_whose_text_is_another_relation_by_now_is_told_as_both() -> None:
    """A story keeps what an article was when it came; the relation in force is that of the text shown now."""
    first, second, changed = copy(0), copy(1), copy(1, kept=10, hours=5, own=400)
    said: dict[str, list[Verdict]] = {}
    for _, verdict in decided([first, second, changed]):
        said.setdefault(verdict.article_id, []).append(verdict)
    members = [
        StoryMember(
            article_id=one.article_id,
            version_id=one.version_id,
            url=one.url,
            source=one.source,
            title=one.title,
            language=one.language,
            role="copy" if one is changed else "original",
            of=first.url if one is changed else "",
            kind="syndicated" if one is changed else None,
            first_seen_at=one.first_seen_at,
        )
        for one in (first, changed)
    ]
    story = Story(
        story_id="s",
        revision=3,
        headline="Marsum",
        lead_url=first.url,
        articles=(first.url, changed.url),
        members=tuple(members),
        first_seen_at=first.first_seen_at,
        last_seen_at=changed.first_seen_at,
    )
    evidence = Evidence({one.url: one for one in (first, changed)}, said, {"s": story})
    out = io.StringIO()
    explain_article(evidence, changed.url, SETTINGS, Console(file=out, width=400, highlight=False))
    (relation,) = said[changed.article_id][-1].relations
    assert relation.kind != "syndicated"
    assert f"paper1: copy of {first.url}" in out.getvalue()
    assert f"the text shown now: {relation.kind}" in out.getvalue()


def test_an_article_names_the_pairs_that_were_refused_from_either_side(logged: Evidence) -> None:
    for form in FORMS:
        out = io.StringIO()
        explain_article(logged, form.url, SETTINGS, Console(file=out, width=400, highlight=False))
        assert f"{FORMS[1].url} was looked at beside {FORMS[0].url} and refused (template)" in out.getvalue()


async def test_the_files_say_what_the_log_says(tmp_path: Path) -> None:
    log = [*WHOLE[:40], *FORMS, STUB, STRANGER]
    bus = await log_of(log)
    await export(bus, tmp_path)
    there, back = await read_bus(bus), read_directory(tmp_path)
    assert there.articles == back.articles
    for one, other in combinations(log, 2):
        assert _plain(decision(there, one, other)) == _plain(decision(back, one, other))


async def test_it_reads_the_directory_that_is_named(tmp_path: Path) -> None:
    await export(await log_of(WHOLE[:2]), tmp_path)

    def asked(*urls: str) -> Result:
        return CliRunner().invoke(main, ["explain", "--out", str(tmp_path), *urls])

    said = await asyncio.to_thread(asked, WHOLE[0].url, WHOLE[1].url)
    assert said.exit_code == 0, said.output
    assert "paper1 runs the report that paper0 has" in said.output
    missing = await asyncio.to_thread(asked, "https://nobody.example/")
    assert (missing.exit_code, "no such article" in missing.output) == (2, True)


async def test_a_withdrawal_is_read_from_the_log_as_from_the_files(tmp_path: Path) -> None:
    bus = await log_of(WHOLE[:2])
    gone = Withdrawal(
        article_id=WHOLE[0].article_id,
        version_id=WHOLE[0].version_id,
        url=WHOLE[0].url,
        source=WHOLE[0].source,
        language=WHOLE[0].language,
        at=WHOLE[1].first_seen_at,
        note="taken back",
    )
    shown_again = msgspec.structs.replace(
        gone, article_id=WHOLE[1].article_id, at=WHOLE[0].first_seen_at, url=WHOLE[1].url
    )
    writer = await bus.writer("test", ["feeds"], 0)
    for one in (gone, shown_again):
        headers = wire.headers(one, id=one.article_id, source="test", time=one.at)
        sent = Output(Partition("articles", 0), one.article_id.encode(), wire.encode(one), headers)
        await writer.publish([sent], consumed={})
    await export(bus, tmp_path)
    there, back = await read_bus(bus), read_directory(tmp_path)
    assert there.withdrawals == back.withdrawals == {gone.article_id: gone}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("relations.jsonl", None, "no relations.jsonl in it"),
        ("screened.jsonl", "{not json\n", "screened.jsonl line 1: no line of an export"),
        ("stories.jsonl", '{"story_id": 3}\n', "stories.jsonl line 1"),
        ("relations.jsonl", '{"article_id": "a"}\n', "relations.jsonl line 1"),
        ("articles.jsonl", b"\xff\n", "articles.jsonl line 1"),
    ],
)
async def test_a_directory_that_is_no_whole_export_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str | bytes | None, says: str
) -> None:
    await export(await log_of(WHOLE[:2]), tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    for place, words in ((tmp_path, says), (tmp_path / "stories.jsonl", "is a file")):
        asked = ["explain", "--out", str(place), WHOLE[0].url]
        result = await asyncio.to_thread(CliRunner().invoke, main, asked)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert words in result.stderr


def test_two_places_to_look_in_are_one_too_many(tmp_path: Path) -> None:
    places = ["--out", str(tmp_path), "--bus", "sqlite:var/log.db"]
    result = CliRunner().invoke(main, ["explain", *places, "https://paper.example/a"])
    assert result.exit_code == 2
    assert "name one of them" in result.stderr


def _plain(said: object) -> object:
    """Without what the files do not keep: of a verdict only whose it is."""
    if isinstance(said, tuple):
        return [_plain(part) for part in said]
    return (said.url, said.reason) if isinstance(said, Verdict) else said
