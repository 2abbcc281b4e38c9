"""News sitemaps as they are served, and indexes of sitemaps."""

from datetime import UTC, datetime

import pytest

from tests.unit.ingest.formats.documents import SITE, entries, news, news_sitemap, parsed

LOC = f"<loc>{SITE}/n/dam</loc>"
PICTURE = (
    f"<image:image><image:loc>{SITE}/dam.jpg</image:loc><image:title>Picture</image:title></image:image>"
)


@pytest.mark.parametrize(
    "url", [LOC + PICTURE + news("Dam"), PICTURE + LOC + news("Dam"), news("Dam") + PICTURE + LOC]
)
def test_the_address_is_the_urls_own(url: str) -> None:
    (only,) = entries(news_sitemap(url))
    assert (only.url, only.title) == (f"{SITE}/n/dam", "Dam")
    assert only.published_at == datetime(2026, 3, 2, 5, 45, tzinfo=UTC)


def test_namespaces_may_have_any_prefix_or_none() -> None:
    document = news_sitemap(LOC + news("Dam"))
    prefixed = document.replace("<url", "<s:url").replace("</url", "</s:url").replace("loc>", "s:loc>")
    prefixed = (
        prefixed.replace("</s:loc", "</s:loc").replace("xmlns=", "xmlns:s=").replace("<s:loc", "<s:loc")
    )
    undeclared = document.replace("xmlns:n=", "xmlns:other=")
    for text in (prefixed.replace("</loc", "</s:loc"), undeclared):
        assert [one.url for one in entries(text)] == [f"{SITE}/n/dam"]


def test_pages_that_are_no_news_are_told() -> None:
    found = parsed(news_sitemap(LOC + news("Dam"), f"<loc>{SITE}/about</loc>", LOC + news("Dam 2")))
    assert [one.title for one in found.entries] == ["Dam", "Dam 2"]
    assert [(one.reason, one.about) for one in found.left_out] == [("no-news-tags", f"{SITE}/about")]
    assert (found.title, found.language, found.listed) == ("Pennbote", "de", 3)


def test_an_index_names_its_news_sitemaps_the_newest_first() -> None:
    listed = [
        ("sections.xml", "2026-03-09"),
        ("news-1.xml", "2026-03-01T00:00:00Z"),
        ("news-2.xml", "2026-03-02T00:00:00Z"),
        ("old.xml", ""),
    ]
    inside = "".join(
        f"<sitemap><loc>{SITE}/{name}</loc><lastmod>{at}</lastmod></sitemap>" for name, at in listed
    )
    found = parsed(f"<sitemapindex>{inside}</sitemapindex>")
    assert found.refusal == "not_a_feed"
    assert "index of 4 sitemaps" in found.reason
    assert f"{SITE}/news-2.xml, {SITE}/news-1.xml" in found.reason
    assert [one.rpartition("/")[2] for one in found.sitemaps] == [
        "news-2.xml",
        "news-1.xml",
        "sections.xml",
        "old.xml",
    ]


def test_an_index_without_end_is_bounded() -> None:
    inside = "".join(f"<sitemap><loc>{SITE}/news-{n}.xml</loc></sitemap>" for n in range(5_000))
    found = parsed(f"<sitemapindex>{inside}</sitemapindex>")
    assert len(found.sitemaps) == 50
    assert len(found.reason) < 300
