"""Invented pages: one report, laid out in the ways that lose or spoil a text."""

from services.ingest.http.exchange import Exchange
from services.ingest.pages.extract import read_page
from services.ingest.readings import ParsedPage

URL = "https://www.hafenblatt.example/politik/bruecke-101"
TITLE = "Rat beschließt Brücke über die Ilse"
LEAD = "Nach elf Jahren Streit bekommt Neuenhafen eine zweite Brücke, und die Fischer behalten ihren Kai."
PARAGRAPHS = (
    "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke über die Ilse beschlossen.",
    "Die Kosten gibt die Verwaltung mit vierzig Millionen Kronen an, fertig soll sie in drei Jahren sein.",
    "Gegen den Bau stimmten die Fischer, die um ihre Liegeplätze am Nordkai fürchten, und zwei Parteilose.",
    "Die Stadtkämmerin will das Geld aus dem Verkauf des Zollhauses nehmen, für das drei Käufer bieten.",
    "Im Herbst soll der erste Pfeiler stehen, sofern das Wasser bis dahin unter die rote Marke gefallen ist.",
)
OTHERS = ("Fähre nach Sandholm bleibt im Winter liegen", "Möwe frisst Urkunde des Bürgermeisters")
NAV = '<nav><ul><li><a href="/">Start</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
FOOTER = "<footer><p>© Hafenblatt</p><p>Alle Rechte vorbehalten.</p></footer>"


def paragraphs(texts: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{one}</p>" for one in texts)


def links(*, tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/x/{n}">{one}</a></{tag}>' for n, one in enumerate(OTHERS))


def page(body: str, *, head: str = "", title: str = TITLE, lang: str = "de") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} | Hafenblatt</title>'
        f'<meta property="og:site_name" content="Hafenblatt">{head}</head>'
        f"<body>{body}</body></html>"
    ).encode()


def article(inner: str, *, head: str = "") -> bytes:
    """A page with the headline over `inner`, between navigation and footer."""
    return page(
        f"<header>{NAV}</header><main><article><h1>{TITLE}</h1>{inner}</article></main>{FOOTER}", head=head
    )


def read(body: bytes, content_type: str = "text/html", url: str = URL) -> ParsedPage:
    return read_page(Exchange(url=url, outcome="ok", content_type=content_type, body=body))
