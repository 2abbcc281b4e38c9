"""What announces more of a text, and what merely sounds like it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.announcements import READ_ON
from services.ingest.formats.excerpt import _announcement, _may_announce, read_copy
from tests.unit.ingest.formats.documents import SITE, entries, json_feed, rss

OWN = f"{SITE}/n/dam"
TEXT = "The dam holds for now, the mayor said."


def link(text: str, href: str = OWN) -> str:
    return f'<a href="{href}">{text}</a>'


@pytest.mark.parametrize(
    "end",
    [
        f"<p>{link('Continue reading <span>Dam holds</span> &rarr;')}</p>",
        f" {link('Weiterlesen')}",
        f"<p>{link('Lire la suite')} »</p>",
        f"<p>{link('Leer más', '/n/dam')}</p>",
        f"<p>{link('Leia mais')}</p>",
        f"<p>{link('Leggi tutto', OWN + '?utm_source=rss')}</p>",
        f"<p>{link('Lees verder')}</p>",
        f"<p>{link('Czytaj dalej')}</p>",
        f"<p>{link('Läs mer')}</p>",
        f"<p>{link('Читать далее')}</p>",
        f"<p>{link('続きを読む')}</p>",
        f"<p>{link('阅读全文')}</p>",
        f"<p>{link('더 보기')}</p>",
        f"<p>{link('اقرأ المزيد')}</p>",
        f"<p>{link('Vidi ceo tekst')}</p>",
        f"<p>{link('(more&#8230;)', OWN + '#more-7')}</p>",
        f"<p>{link('Dam holds')}</p>",
        "<p>Continue reading</p>",
        "<br>Weiterlesen …",
        " Read more: https://www.pennbote.example/n/dam",
        " Read the full story »",
        "<p>Läs mer på Pennbote</p>",
        "<p>Læs hele artiklen her</p>",
        "<p>Weiterlesen mit Abo</p>",
        "\n続きを読む",
    ],
)
def test_words_that_send_the_reader_on_make_an_excerpt_and_are_no_text(end: str) -> None:
    assert read_copy(TEXT + end, [OWN], "Dam holds") == (TEXT, True)


@pytest.mark.parametrize(
    "end", ["…", "...", " [&hellip;]", " […]", " [...]", " (…)", " . . .", "… [+812 chars]"]
)
def test_an_ellipsis_at_the_end_makes_an_excerpt(end: str) -> None:
    assert read_copy(f"<p>{TEXT}</p><p>Then it{end}</p>", [OWN], "").excerpt
    last = f"<p>The post {link('Dam')} appeared first on {link('Pennbote', SITE)}.</p>"
    assert read_copy(f"<p>{TEXT}</p><p>Then it{end}</p>{last}", [OWN], "").excerpt


@pytest.mark.parametrize(
    "end",
    [
        f"<p>The post {link('Dam')} appeared first on {link('Pennbote', SITE)}.</p>",
        f"<p>Der Beitrag {link('Damm')} erschien zuerst auf {link('Pennbote', SITE + '/')}.</p>",
        f"<p>Zápis {link('Hráz')} poprvé vyšel na {link('Pennbote', SITE)}.</p>",
        "<p>L’article Le barrage est apparu en premier sur Pennbote.</p>",
        "<p>La entrada La presa aparece primero en Pennbote.</p>",
        "<p>投稿 ダム は Pennbote に最初に表示されました。</p>",
        "<br>The post Dam holds first appeared on Pennbote.",
    ],
)
def test_where_a_text_appeared_first_is_no_text_and_the_text_is_whole(end: str) -> None:
    assert read_copy(TEXT + end, [OWN], "Dam") == (TEXT, False)


@pytest.mark.parametrize(
    "end",
    [
        "<p>Children ought to read more.</p>",
        "<p>Read more books, she told them.</p>",
        f"<p>Read more: {link('Bridge falls', SITE + '/n/bridge')}</p>",
        f"<p>{link('Learn more', 'https://far.example/')}</p>",
        f"<p>{link('Permalink')}</p>",
        f"<p>{link('3 Comments', OWN + '#comments')}</p>",
        f"<p>{link('∞')}</p>",
        f"<p>If this looks odd, {link('visit the original')}</p>",
        "<p>The report appeared first on a council website.</p>",
        "<p>“I do not know…”</p>",
        "<p>It was more</p>",
        "<p>See the map. [12]</p>",
    ],
)
def test_a_text_that_merely_holds_such_words_is_whole(end: str) -> None:
    found = read_copy(TEXT + end, [OWN], "Dam holds")
    assert not found.excerpt
    assert len(found.text) > len(TEXT)


def test_an_entry_says_whether_its_copy_is_an_excerpt() -> None:
    cut = f"<link>{OWN}</link><description>{TEXT} [&amp;hellip;]</description>"
    whole = f"{cut}<content:encoded>{TEXT}</content:encoded>"
    assert [one.excerpt for one in entries(rss(cut, whole.replace("dam", "two")))] == [True, False]
    (only,) = entries(json_feed({"url": OWN, "content_text": f"{TEXT}\nWeiterlesen"}))
    assert (only.content, only.excerpt) == (TEXT, True)


PHRASES = [one.strip() for one in READ_ON.replace("\n", "|").split("|") if one.strip()]
LETTERS = str.maketrans({"i": "\u0131", "s": "\u017f", "k": "\u212a", "'": "\u2019", "\u03c3": "\u03c2"})
"""Letters that are equal where case is ignored, but whose lower cases are not."""


@given(
    st.sampled_from(PHRASES),
    st.sampled_from([str, str.upper, str.title, lambda phrase: phrase.translate(LETTERS)]),
    st.sampled_from(["", "Then ", "a", "\u0130 "]),
)
def test_no_announcement_is_passed_over_for_how_it_is_written(
    phrase: str, write: Callable[[str], str], before: str
) -> None:
    tail = f"{before}{write(phrase)} »"
    assert _may_announce(tail) or not _announcement().search(tail)
