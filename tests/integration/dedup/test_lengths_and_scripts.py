"""Thirty words, twelve thousand, and pages without blanks between words."""

import random

from services.contracts.articles import Article
from services.contracts.relations import Relation
from services.dedup.text.words import fold
from tests.integration.dedup.shard import Shard, promised
from tests.unit.dedup.pieces import article, prose
from tests.unit.dedup.walls import ticker


def played(*articles: Article) -> Shard:
    return Shard(promised(articles)).run()


def relation(shard: Shard, url: str) -> Relation:
    (found,) = shard.verdicts()[url].relations
    return found


def pair(text: str, other: str, title: str = "Hafen") -> tuple[Shard, str]:
    """A text and a later one elsewhere."""
    newer = article(other, "/b", source="lindfunk", title=title, hours=1)
    return played(article(text, "/a", title=title), newer), newer.url


# ---- thirty words

FLASH = (
    "Der Hafen von Marsum ist am Morgen nach einem Bruch der Klappbrücke für alle Schiffe gesperrt worden."
)
REST = "Verletzt wurde niemand, teilte die Hafenbehörde mit. Wie lange die Sperre dauert, ist noch offen."


def test_an_item_of_thirty_words_and_its_copy_are_one_story() -> None:
    text = f"{FLASH} {REST}"
    assert 28 <= len(fold(text)) <= 34
    shard, url = pair(text, text)
    assert relation(shard, url).kind == "syndicated"
    assert len(shard.families()) == 1


def test_an_item_of_thirty_words_grown_to_a_report_is_an_update() -> None:
    flash, report = f"{FLASH} {REST}", f"{FLASH} {REST} {prose('report', 200)}"
    newer = article(report, "/b", title="Hafen gesperrt", hours=1)
    shard = played(article(flash, "/a", title="Hafen gesperrt"), newer)
    found = relation(shard, newer.url)
    assert (found.kind, found.other_containment) == ("update", 1)
    assert len(shard.families()) == 1


def test_two_items_of_thirty_words_on_one_happening_are_nothing_to_each_other() -> None:
    shard, url = pair(
        f"{FLASH} {REST}",
        "In Marsum kommt kein Schiff mehr rein: Die Brücke ist kaputt. Verletzte gab es nicht. " + REST[60:],
    )
    assert shard.verdicts()[url].relations == ()
    assert len(shard.families()) == 2


def test_a_headline_alone_is_a_story_of_its_own() -> None:
    shard, url = pair("", "")
    assert shard.verdicts()[url].relations == ()
    assert len(shard.families()) == 2


# ---- twelve thousand


def test_a_ticker_that_swallowed_an_article_is_kept_out() -> None:
    report = prose("report", 150)
    log = f"{ticker(30, 190, language='de')}\n\n{report}\n\n{ticker(30, 190, language='de')}"
    assert len(fold(log)) > 11_000
    shard, url = pair(report, log)
    assert (shard.verdicts()[url].outcome, shard.verdicts()[url].reason) == ("screened", "ticker")
    assert shard.verdicts()[url].story_id == ""


def test_a_report_lost_in_a_text_of_twelve_thousand_words_is_related_and_not_in_its_story() -> None:
    """Such a text without any clock time cannot be told for a ticker."""
    report = prose("report", 150)
    shard, url = pair(report, f"{prose('before', 6_000)} {report} {prose('behind', 6_000)}")
    found = relation(shard, url)
    assert (found.kind, found.other_containment) == ("derivative", 1)
    assert len(found.passages) == 1
    assert len(shard.families()) == 2


def test_two_texts_of_twelve_thousand_words_are_compared_whole() -> None:
    text = prose("long", 12_000)
    shard, url = pair(text, f"{text}\n\n{prose('end', 300)}")
    found = relation(shard, url)
    assert found.kind == "syndicated"
    assert sum(p.end - p.start for p in found.passages) >= len(text) - 2


# ---- no blanks between words

CHINESE = (
    "市政府今天宣布海港大桥因轴承断裂暂时关闭船只无法进出港口维修工作预计持续到四月底行人可以乘坐免费渡轮过河"
)
JAPANESE = (
    "市は今日、港の跳ね橋が軸受けの破損により"
    "閉鎖されたと発表した。船は港に出入りできず、"
    "修理は四月末まで続く見通しだ。"
)


def page(sentence: str, seed: int, count: int) -> str:
    """Signs of a sentence in another order: a page on something else in the same script."""
    draw = random.Random(seed)
    return "。".join("".join(draw.choices(sentence, k=25)) for _ in range(count)) + "。"


def test_a_page_without_blanks_and_its_copy_are_one_story() -> None:
    for sentence in (CHINESE, JAPANESE):
        text = f"{sentence}。{page(sentence, 1, 8)}"
        shard, url = pair(text, f"{text}{page(sentence, 2, 1)}")
        found = relation(shard, url)
        assert found.kind == "syndicated"
        assert len(shard.families()) == 1
        (passage,) = (p for p in found.passages if p.start == 0)
        assert fold(text[passage.other_start : passage.other_end]) == fold(text)


def test_a_page_without_blanks_that_takes_over_a_part_is_a_derivative() -> None:
    part = page(JAPANESE, 1, 6)
    texts = f"{part}{page(JAPANESE, 2, 6)}", f"{page(JAPANESE, 3, 8)}{part}{page(JAPANESE, 4, 8)}"
    shard, url = pair(*texts, title=part[:6])
    assert relation(shard, url).kind == "derivative"


def test_two_pages_without_blanks_in_the_same_signs_are_nothing_to_each_other() -> None:
    for sentence in (CHINESE, JAPANESE):
        shard, url = pair(page(sentence, 1, 12), page(sentence, 2, 12))
        assert shard.verdicts()[url].relations == ()


def test_a_chinese_page_and_a_german_one_that_quotes_its_name_are_nothing_to_each_other() -> None:
    shard, url = pair(page(CHINESE, 1, 12), f"Die Brücke 海港大桥 ist zu. {prose('german', 100)}")
    assert shard.verdicts()[url].relations == ()
