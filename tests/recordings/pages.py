"""Article pages in five layouts: the furniture of a news site around a piece of invented copy.

An extractor should return the piece's paragraphs and nothing of the furniture.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from tests.recordings.sources import Piece, Version

_WORDS = {
    "de": {
        "menu": ("Politik", "Wirtschaft", "Land & Leute", "Kultur", "Sport", "Wetter"),
        "cookies": "Diese Seite verwendet Cookies. Einzelheiten stehen in der Datenschutzerklärung.",
        "accept": "Alle akzeptieren",
        "related": "Lesen Sie auch",
        "popular": "Meistgelesen",
        "share": "Teilen",
        "imprint": ("Impressum", "Datenschutz", "Kontakt", "Mediadaten"),
        "rights": "Alle Rechte vorbehalten.",
    },
    "en": {
        "menu": ("News", "Business", "County", "Arts", "Sport", "Weather"),
        "cookies": "This site uses cookies. See our privacy notice for details.",
        "accept": "Accept all",
        "related": "Read also",
        "popular": "Most read",
        "share": "Share",
        "imprint": ("About us", "Privacy", "Contact", "Advertise"),
        "rights": "All rights reserved.",
    },
}


class Furniture:
    """The parts of a page that are not the article."""

    def __init__(self, piece: Piece, version: Version, teasers: Sequence[Piece]) -> None:
        self.words = _WORDS[piece.outlet.language]
        self.piece, self.version, self.teasers = piece, version, teasers
        self.title = escape(version.title)
        self.date = f"{piece.published_at:%Y-%m-%dT%H:%M:%S+00:00}"
        self.day = f"{piece.published_at:%d.%m.%Y}"
        self.site = escape(piece.outlet.name)

    def menu(self) -> str:
        links = "".join(
            f'<li><a href="/{n}">{escape(word)}</a></li>' for n, word in enumerate(self.words["menu"])
        )
        return f'<nav class="main-navigation" aria-label="Menu"><ul>{links}</ul></nav>'

    def cookies(self) -> str:
        return (
            '<div id="cookie-layer" class="cookie-consent" role="dialog" aria-modal="true">'
            f'<p>{self.words["cookies"]}</p><button type="button">{self.words["accept"]}</button></div>'
        )

    def related(self, heading: str = "related") -> str:
        links = "".join(
            f'<li><a href="{escape(teaser.url)}">{escape(teaser.versions[0].title)}</a></li>'
            for teaser in self.teasers
        )
        return f'<aside class="related teaser-list"><h3>{self.words[heading]}</h3><ul>{links}</ul></aside>'

    def share(self) -> str:
        return f'<div class="share-buttons"><a href="mailto:?subject=x">{self.words["share"]}</a></div>'

    def footer(self) -> str:
        links = " ".join(f'<a href="/{n}">{escape(word)}</a>' for n, word in enumerate(self.words["imprint"]))
        return (
            f'<footer class="site-footer"><p>{links}</p><p>© {self.site}. {self.words["rights"]}</p></footer>'
        )

    def head(self, charset: str) -> str:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": self.version.title,
            "datePublished": self.date,
            "dateModified": f"{self.version.since:%Y-%m-%dT%H:%M:%S+00:00}",
            "mainEntityOfPage": self.piece.url,
            "publisher": {"@type": "NewsMediaOrganization", "name": self.piece.outlet.name},
        }
        return (
            f'<meta charset="{charset}"><title>{self.title} | {self.site}</title>'
            f'<link rel="canonical" href="{escape(self.piece.url)}">'
            f'<meta property="og:title" content="{self.title}"><meta property="og:type" content="article">'
            f'<meta property="og:url" content="{escape(self.piece.url)}">'
            f'<meta property="article:published_time" content="{self.date}">'
            f'<script type="application/ld+json">{json.dumps(data).replace("<", chr(92) + "u003c")}</script>'
            f'<link rel="stylesheet" href="/static/site.css"><script src="/static/consent.js" async></script>'
        )


def _paragraph(text: str) -> str:
    """Marks up what papers mark up: times in a ticker, notes, source links, lines that point elsewhere."""
    html = escape(text, quote=False).replace("\u00ad", "&shy;")
    html = html.replace("(Quelle)", '(<a href="/quelle" rel="nofollow">Quelle</a>)')
    html = re.sub(r"^(\d{1,2}\.\d\d Uhr:)", r"<strong>\1</strong>", html)
    if re.match(r"(Dieser Text wurde|This story has been|Korrektur:|Correction:)", text):
        html = f"<em>{html}</em>"
    return f"<p>{html}</p>"


def _body(version: Version) -> str:
    return "\n".join(_paragraph(text) for text in version.paragraphs)


def _broadsheet(f: Furniture) -> str:
    return (
        f"{f.cookies()}<header class='site-header'><a class='logo' href='/'>{f.site}</a>{f.menu()}</header>\n"
        f"<main><article><header class='article-header'><h1>{f.title}</h1>"
        f"<p class='byline'><time datetime='{f.date}'>{f.day}</time></p>{f.share()}</header>\n"
        f"<div class='article-body' itemprop='articleBody'>\n{_body(f.version)}\n</div>\n"
        f"{f.related()}</article></main>\n"
        f"{f.related('popular')}{f.footer()}"
    )


def _sheet(f: Furniture) -> str:
    return (
        f"<div class='page'><div class='masthead'>{f.menu()}</div>\n"
        f"<article class='story'><h1 class='headline'>{f.title}</h1><div class='meta'>"
        f"<time datetime='{f.date}'>{f.day}</time></div>\n<section class='article-content'>\n"
        f"{_body(f.version)}\n</section></article>\n{f.related()}</div>{f.footer()}{f.cookies()}"
    )


def _station(f: Furniture) -> str:
    return (
        f"{f.menu()}<div id='player' class='audio-player'><button>▶</button></div>\n<main id='content'>"
        f"<h1>{f.title}</h1><div class='entry-content'>\n{_body(f.version)}\n</div></main>\n"
        f"<section class='sidebar'>{f.related()}{f.related('popular')}</section>{f.footer()}{f.cookies()}"
    )


def _gazette(f: Furniture) -> str:
    return (
        f"<header>{f.menu()}</header><div class='page-title'><h1>{f.title}</h1>{f.share()}</div>\n"
        f"<div class='container'><div class='post-content'>\n{_body(f.version)}\n</div>"
        f"{f.related()}</div>{f.footer()}"
    )


def _portal(f: Furniture) -> str:
    return (
        f"<table class='layout'><tr><td>{f.menu()}</td></tr></table><div class='wrap'>"
        f"{f.related('popular')}\n<div class='article'><h1>{f.title}</h1><div class='article-text'>\n"
        f"{_body(f.version)}\n</div></div>"
        f"{f.related()}</div>{f.footer()}{f.cookies()}"
    )


_LAYOUTS: dict[str, Callable[[Furniture], str]] = {
    "broadsheet": _broadsheet,
    "sheet": _sheet,
    "station": _station,
    "gazette": _gazette,
    "portal": _portal,
}


def _consent(f: Furniture) -> str:
    heading, *rest = f.version.paragraphs
    body = "\n".join(_paragraph(text) for text in rest)
    button = f"<button>{f.words['accept']}</button>"
    return f"<main><div class='wall'><h1>{escape(heading)}</h1>\n{body}\n{button}</div></main>"


def render_page(piece: Piece, moment: datetime, teasers: Sequence[Piece]) -> bytes:
    """The page at `moment`, in the outlet's charset; what that cannot hold becomes a character reference."""
    outlet = piece.outlet
    furniture = Furniture(piece, piece.at(moment), teasers)
    layout = _consent if piece.source.page == "consent" else _LAYOUTS[outlet.layout]
    html = (
        f'<!DOCTYPE html>\n<html lang="{outlet.language}"><head>{furniture.head(outlet.charset)}</head>\n'
        f'<body class="{outlet.layout}">{layout(furniture)}</body></html>\n'
    )
    return html.encode(outlet.charset, "xmlcharrefreplace")
