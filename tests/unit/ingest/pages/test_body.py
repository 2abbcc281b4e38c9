"""What is the article's text, and what only stands beside it, layout by layout."""
# ruff: noqa: E501, ISC004 - markup is read best in whole lines

import pytest

from tests.unit.ingest.pages.html import (
    FOOTER,
    LEAD,
    NAV,
    OTHERS,
    PARAGRAPHS,
    TITLE,
    article,
    links,
    page,
    paragraphs,
    read,
)

WHOLE = "\n".join(PARAGRAPHS)
WITH_LEAD = "\n".join((LEAD, *PARAGRAPHS))
FORM = '<form id="aspnetForm" method="post" action="./"><input type="hidden" name="__VIEWSTATE" value="x">'


@pytest.mark.parametrize(
    "lead",
    [
        f'<div class="teaser">{LEAD}</div>',
        f'<div class="teaser-content"><p>{LEAD}</p></div>',
        f'<p class="article-teaser">{LEAD}</p>',
        f'<section id="teaserText"><p>{LEAD}</p></section>',
        f'<header class="intro"><p>{LEAD}</p></header>',
        f'<div style="border-bottom:1px solid"><p>{LEAD}</p></div>',
        f'<p class="link-bottom">{LEAD}</p>',
        f'<div class="meta-box"><p>{LEAD}</p></div>',
    ],
)
def test_a_lead_is_text_whatever_its_box_is_called(lead: str) -> None:
    assert read(article(f'{lead}<div class="copy">{paragraphs()}</div>')).text == WITH_LEAD
    assert read(article(lead + paragraphs())).text == WITH_LEAD


def test_a_lead_above_the_box_of_the_text_is_text() -> None:
    body = f"<header><h1>{TITLE}</h1><p>{LEAD}</p></header><div id='article-body'>{paragraphs()}</div>"
    assert read(page(f"{NAV}<main>{body}</main>{FOOTER}")).text == WITH_LEAD


def test_a_lead_without_a_full_stop_is_known_by_the_description() -> None:
    lead = LEAD.rstrip(".")
    body = article(
        f'<div class="teaser">{lead}</div>{paragraphs()}', head=f'<meta name="description" content="{lead}">'
    )
    assert read(body).text == "\n".join((lead, *PARAGRAPHS))


@pytest.mark.parametrize("box", ["teaser", "story-box related", "widget", "slide", "embed"])
def test_a_paragraph_in_a_box_of_nothing_but_text_is_text(box: str) -> None:
    inner = paragraphs(PARAGRAPHS[:2]) + f'<div class="{box}"><p>{PARAGRAPHS[2]}</p></div>'
    assert read(article(inner + paragraphs(PARAGRAPHS[3:]))).text == WHOLE


@pytest.mark.parametrize(
    "card",
    [
        f'<div class="teaser"><a href="/x"><h3>{OTHERS[0]}</h3></a><p>Das Eis liegt dicker als im Vorjahr.</p></div>',
        f'<a href="/x" class="card"><h3>{OTHERS[0]}</h3><p>Das Eis liegt dicker als seit Jahren nicht mehr.</p></a>',
        f"<h3>Lesen Sie auch</h3><ul>{links()}</ul>",
        f"<div><p><b>Mehr zum Thema</b></p>{links(tag='p')}</div>",
        f'<p>Lesen Sie auch: <a href="/x/1">{OTHERS[0]}</a></p>',
        f"<section><h2>Read also</h2><ol>{links()}</ol></section>",
        '<div class="newsletter"><h4>Hafenpost</h4><p>Jeden Morgen das Wichtigste aus dem Hafen in Ihrem'
        ' Postfach.</p><form><input name="mail"><button>Bestellen</button></form></div>',
        "<figure><img src='b.jpg' alt=''><figcaption>Die Ilse bei Hochwasser im vorigen Frühjahr. Foto: privat"
        "</figcaption></figure>",
        "<aside><h3>Die Ilse</h3><p>Der Fluss ist achtzig Kilometer lang und mündet bei Sandholm.</p></aside>",
        "<script>var x = 'Das ist kein Satz für Leser.';</script><style>p { color: red }</style>",
        '<div style="display: none"><p>Auch dieser Absatz wird niemandem gezeigt, der liest.</p></div>',
    ],
)
def test_a_card_a_form_a_caption_or_a_list_of_other_pieces_is_no_text(card: str) -> None:
    inside = paragraphs(PARAGRAPHS[:3]) + card + paragraphs(PARAGRAPHS[3:])
    assert read(article(inside)).text == WHOLE
    assert read(article(paragraphs() + card)).text == WHOLE


@pytest.mark.parametrize(
    "tail",
    [
        '<div class="comments"><h3>Kommentare</h3><div class="comment"><p>Endlich wird einmal etwas gebaut, sehr'
        " gut!</p></div><div class='comment'><p>Wer soll das alles bezahlen, frage ich mich.</p></div></div>",
        '<section id="comments"><ol><li><p>Endlich wird einmal etwas gebaut, sehr gut so!</p></li></ol></section>',
        '<div class="author-box"><img src="a.jpg"><p>Ada Brink schreibt seit zwanzig Jahren über den Hafen.</p></div>',
        '<div class="cookie-layer" role="dialog"><p>Diese Seite verwendet Cookies, um Ihnen zu gefallen.</p></div>',
    ],
)
def test_what_stands_below_the_article_is_no_text(tail: str) -> None:
    body = f"<main><article><h1>{TITLE}</h1>{paragraphs()}</article>{tail}</main>"
    assert read(page(NAV + body + FOOTER)).text == WHOLE
    inside = f"<main><article><h1>{TITLE}</h1>{paragraphs()}{tail}</article></main>"
    assert read(page(NAV + inside + FOOTER)).text == WHOLE


def test_subheadings_lists_and_quotes_of_the_article_are_text() -> None:
    inner = (
        f"<p>{PARAGRAPHS[0]}</p><h2>Streit um den Kai</h2><p>{PARAGRAPHS[1]}</p><p>Der Rat verlangt dreierlei:</p>"
        "<ul><li>eine Spur für Räder,</li><li>ein Geländer aus Eiche,</li><li>Ruhe in der Nacht.</li></ul>"
        f"<blockquote><p>„Wir bleiben am Kai, und wenn wir die Brücke von unten sehen.“</p></blockquote><p>{PARAGRAPHS[2]}</p>"
        f"<p>{PARAGRAPHS[3]}</p>"
    )
    text = read(article(inner)).text
    for piece in ("Streit um den Kai", "ein Geländer aus Eiche", "von unten sehen", *PARAGRAPHS[:4]):
        assert piece in text
    assert text.index("Streit um den Kai") < text.index(PARAGRAPHS[1])


def test_a_form_around_the_page_is_a_frame() -> None:
    inner = f"{NAV}<div id='content'><h1>{TITLE}</h1>{paragraphs()}</div>{FOOTER}"
    assert read(page(f"{FORM}{inner}</form>")).text == WHOLE
    lead = (
        f"{NAV}<div><h1>{TITLE}</h1><div class='teaser'>{LEAD}</div><div>{paragraphs()}</div></div>{FOOTER}"
    )
    assert read(page(f"{FORM}{lead}</form>")).text == WITH_LEAD


def test_a_table_as_a_frame_is_read() -> None:
    inner = f"<table><tr><td>{NAV}</td><td><h1>{TITLE}</h1>{paragraphs()}</td></tr></table>"
    assert read(page(inner + FOOTER)).text == WHOLE


def test_paragraphs_made_of_line_breaks_are_read() -> None:
    assert read(article("<div>" + "<br><br>".join(PARAGRAPHS) + "</div>")).text == WHOLE


def test_an_article_cut_into_pieces_is_whole() -> None:
    cut = "".join(
        f'<div class="article-body"><p>{one}</p><p>Absatz {n} spricht davon, dass die Möwen {n} Eier legten.</p></div>'
        for n, one in enumerate(PARAGRAPHS)
    )
    text = read(article(cut)).text
    assert all(one in text for one in PARAGRAPHS)


def test_the_next_article_of_an_endless_page_is_another() -> None:
    other = "Im Leuchtturm von Sandholm wohnt seit Freitag eine Eule, die jede Nacht das Licht ausmacht."
    body = (
        f"<main><article><h1>{TITLE}</h1>{paragraphs()}</article>"
        f"<article><h1>Eule im Leuchtturm</h1><p>{other}</p><p>{other.replace('Eule', 'Krähe')}</p></article></main>"
    )
    assert read(page(NAV + body + FOOTER)).text == WHOLE


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ("A pier was closed on Monday as two planks were loose.", "A carpenter will mend them soon.")),
        ("fr", ("Le quai est fermé depuis lundi à cause de deux planches.", "Un menuisier viendra jeudi.")),
        (
            "ja",
            ("港の桟橋は板が二枚外れたため月曜日に閉鎖された。", "町は週末までに大工が直すと発表している。"),
        ),
    ],
)
def test_two_sentences_are_an_article(lang: str, texts: tuple[str, ...]) -> None:
    body = f"{NAV}<main><article><h1>Pier</h1>{paragraphs(texts)}</article></main>{FOOTER}"
    assert read(page(body, title="Pier", lang=lang)).text == "\n".join(texts)


@pytest.mark.parametrize(
    "nothing", ["&#xffff;", "&#65534;", "&#xFDD0;", "&#1114112;", "&#x1FFFE;", "\ufeff", "&#x0;"]
)
def test_a_reference_to_no_character_costs_itself_and_not_the_page(nothing: str) -> None:
    found = read(
        article(paragraphs() + f"<p>Der Kran am Kai steht still{nothing}, sagt die Werft seit Montag.</p>")
    )
    assert found.refusal is None
    assert "steht still, sagt die Werft" in found.text
