"""Which statements of a page give its article's time, and which are of something else."""
# ruff: noqa: E501, ISC004 - markup is read best in whole lines

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.pages.published import published
from tests.unit.ingest.pages.html import FOOTER, NAV, TITLE, URL, article, page, paragraphs, read

STAMP = "2025-03-11T15:33:00+01:00"
AT = datetime(2025, 3, 11, 14, 33, tzinfo=UTC)
OTHER = "2019-05-05T08:00:00Z"


def linked(*nodes: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def news(**said: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **said}


def at(head: str = "", before: str = "", after: str = "") -> datetime | None:
    return read(article(before + paragraphs() + after, head=head)).published_at


@pytest.mark.parametrize(
    "head",
    [
        f'<meta property="article:published_time" content="{STAMP}">',
        '<meta property="article:published_time" content="2025-03-11T14:33:00Z">',
        '<meta name="article:published_time" content="2025-03-11 15:33:00 +0100">',
        f'<meta name="DC.date.issued" content="{STAMP}">',
        f'<meta name="dcterms.issued" content="{STAMP}">',
        f'<meta name="parsely-pub-date" content="{STAMP}">',
        f'<meta name="sailthru.date" content="{STAMP}">',
        f'<meta name="cXenseParse:recs:publishtime" content="{STAMP}">',
        f'<meta itemprop="datePublished" content="{STAMP}">',
        linked(news(url=URL, datePublished=STAMP)),
        linked(
            news(mainEntityOfPage={"@type": "WebPage", "@id": f"{URL}?utm_source=rss"}, datePublished=STAMP)
        ),
        linked(news(headline=TITLE, datePublished=STAMP)),
        linked(news(datePublished=STAMP)),
        linked(
            {"@graph": [{"@type": "WebSite", "datePublished": OTHER}, news(url=URL, datePublished=STAMP)]}
        ),
        linked({"@type": "WebPage", "mainEntity": news(headline=TITLE, datePublished=STAMP)}),
        linked({"@type": ["Report", "Thing"], "url": "/politik/bruecke-101", "datePublished": STAMP}),
        f'<script type="application/ld+json; charset=utf-8">\n<!-- {{"@type": "BlogPosting", "url": "{URL}",'
        f'\n "datePublished": "{STAMP}",}} -->\n</script>',
        f'<meta name="date" content="2025-03-12"><meta property="article:published_time" content="{STAMP}">',
    ],
)
def test_a_time_with_a_zone_that_the_page_states_of_its_article_is_believed(head: str) -> None:
    assert at(head) == AT


@pytest.mark.parametrize("tag", ["itemprop='datePublished'", "pubdate", "class='dt-published'"])
def test_a_marked_time_in_the_article_is_believed(tag: str) -> None:
    assert at(before=f'<p><time {tag} datetime="{STAMP}">11. März</time></p>') == AT


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2025-03-11T15:33:00">',
        '<meta property="article:published_time" content="2025-03-11">',
        '<meta property="article:published_time" content="11. März 2025">',
        '<meta property="article:published_time" content="0001-01-01T00:00:00Z">',
        f'<meta property="article:modified_time" content="{OTHER}"><meta property="og:updated_time" content="{OTHER}">',
        f'<meta name="last-modified" content="{OTHER}"><meta name="revised" content="{OTHER}">',
        linked(news(url=URL, dateModified=OTHER, dateCreated=OTHER)),
        linked(news(url=f"{URL}-anderes", headline="Möwe frisst Urkunde", datePublished=OTHER)),
        linked(news(headline="Möwe frisst Urkunde des Bürgermeisters", datePublished=OTHER)),
        linked(news(url="https://www.hafenblatt.example/", headline="Hafenblatt", datePublished=OTHER)),
        linked(news(headline="Eins", datePublished=OTHER), news(headline="Zwei", datePublished=OTHER)),
        linked({"@type": "WebSite", "url": URL, "datePublished": OTHER}),
        linked(
            {"@type": "Person", "datePublished": OTHER}, {"@type": "Organization", "datePublished": OTHER}
        ),
        linked(news(url=URL, comment=[{"@type": "Comment", "datePublished": OTHER}])),
        linked(news(url=URL, isPartOf=news(datePublished=OTHER), hasPart=[news(datePublished=OTHER)])),
        linked({"@type": "ItemList", "itemListElement": [news(url=URL, datePublished=OTHER)]}),
        f'<script type="application/ld+json">{{"datePublished": "{OTHER}"',
        f'<script>var x = {{"datePublished": "{OTHER}"}}</script>',
    ],
)
def test_no_zone_no_time_no_article_gives_no_time(head: str) -> None:
    assert at(head) is None


@pytest.mark.parametrize(
    "beside",
    [
        "<p>Im Frühjahr 2022 war die Lampe noch neu, und am 3. Januar 2023 ging sie aus.</p>",
        f'<aside><time itemprop="datePublished" datetime="{OTHER}">damals</time></aside>',
        f'<article class="card"><h3><a href="/x">Möwe</a></h3><time pubdate datetime="{OTHER}"></time></article>',
        f'<div itemscope itemtype="https://schema.org/Comment"><time itemprop="datePublished" datetime="{OTHER}">'
        "</time> Endlich!</div>",
        f'<time datetime="{OTHER}">damals</time>',
        f"<script type='application/ld+json'>{json.dumps(news(url='/n/tor', headline='Tor', datePublished=OTHER))}</script>",
    ],
)
def test_a_date_in_the_copy_in_a_card_or_in_a_comment_is_another(beside: str) -> None:
    assert at(after=beside) is None


def test_a_date_in_the_footer_or_the_address_is_none() -> None:
    body = f"<main><article><h1>{TITLE}</h1>{paragraphs()}</article></main><footer>Stand: {OTHER} © 2023</footer>"
    assert (
        read(page(NAV + body + FOOTER), url="https://www.hafenblatt.example/2025/03/11/x").published_at
        is None
    )


def test_a_clock_that_is_called_utc_here_and_a_zone_there_is_doubtful() -> None:
    zoned, called_utc = "2025-03-11T15:33:00+01:00", "2025-03-11T15:33:00Z"
    assert published([zoned, called_utc]) == AT
    assert published([called_utc, zoned]) is None
    assert published([called_utc, "2025-03-11T15:33:00"]) == AT + timedelta(hours=1)


CLOCKS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 - what a clock on the wall shows


@given(CLOCKS, st.integers(-14 * 4, 14 * 4))
def test_every_stamp_with_an_offset_is_its_instant(clock: datetime, quarters: int) -> None:
    offset = timedelta(minutes=15 * quarters)
    sign, minutes = ("-" if quarters < 0 else "+"), abs(15 * quarters)
    stamp = f"{clock.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    assert published([stamp]) == (clock - offset).replace(tzinfo=UTC)
    assert published([clock.isoformat()]) is None


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    published([text])
