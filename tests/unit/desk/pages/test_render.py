from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.desk.pages.assets import assets
from services.desk.pages.render import render
from services.desk.views.shape import View
from tests.unit.desk import desk_views

EVIL = "</title><script>alert(1)</script>\"' onload=x <!-- \u202e\x00\ud83d"
TEMPLATES = Path(__file__).parents[4] / "services/desk/pages/templates"


class Reader(HTMLParser):
    """Elements by name, and the names of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def both() -> Iterator[tuple[str, View, View]]:
    for (name, plain), (_, evil) in zip(desk_views.pages(), desk_views.pages(EVIL), strict=True):
        yield name, plain, evil


@pytest.mark.parametrize(
    ("name", "plain", "evil"), list(both()), ids=[name for name, _ in desk_views.pages()]
)
def test_hostile_copy_adds_neither_script_nor_handler(name: str, plain: View, evil: View) -> None:
    page = render(name, evil, desk_views.FRAME)
    page.encode()
    assert not set(page) & {"\x00", "\u202e"}
    tame, wild = (read(render(name, view, desk_views.FRAME)) for view in (plain, evil))
    assert wild.elements.count("script") == tame.elements.count("script") == 1
    assert not [
        attribute for attribute in wild.attributes if attribute.startswith("on") or attribute == "style"
    ]


def test_pages_weigh_what_they_may() -> None:
    import gzip

    def weight(name: str, view: View) -> int:
        return len(gzip.compress(render(name, view, desk_views.FRAME).encode()))

    assert weight("front", desk_views.front(stories=50)) < 30_000
    assert weight("story", desk_views.story(members=60)) < 60_000
    files = [asset.gzipped for name, asset in assets().items() if name.endswith((".css", ".js"))]
    assert sum(map(len, files)) < 20_000


def test_a_story_of_600_articles_is_folded() -> None:
    page = render("story", desk_views.story(members=600), desk_views.FRAME)
    assert len(read(page).elements) < 6_000


def test_an_article_of_one_version_is_read_as_it_is() -> None:
    many = desk_views.versions()
    alone = replace(many, versions=many.versions[:1], older=None, update=None)
    page = render("versions", alone, desk_views.FRAME)
    assert many.newer is not None
    for paragraph in many.newer.pieces[0].text.split("\n"):
        assert paragraph in page
    assert "no longer" not in page
    kept = replace(alone, newer=replace(many.newer, pieces=(), shown="none"))
    assert "Texts are not shown here." in render("versions", kept, desk_views.FRAME)


def test_what_changed_stands_in_its_paragraphs() -> None:
    many = desk_views.versions()
    older, newer = desk_views.shown("One stands.", "a"), desk_views.shown("One stands.\nTwo came.", "b")
    page = render("versions", replace(many, older=older, newer=newer, update=None), desk_views.FRAME)
    assert '<p dir="auto"><ins><span class="hide">added: </span>Two came.</ins></p>' in page


def test_what_stayed_weighs_nothing_where_only_changes_are_shown() -> None:
    many = desk_views.versions()
    stayed = " ".join(f"Line {number} stays." for number in range(8_000))
    older, newer = desk_views.shown(stayed, "a"), desk_views.shown(f"{stayed} One came.", "b")
    told = replace(many, older=older, newer=newer, update=None)
    assert len(render("versions", told, desk_views.FRAME)) < 20_000
    assert len(render("versions", replace(told, changes_only=False), desk_views.FRAME)) > len(stayed)


def test_no_template_says_that_anything_is_safe() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape" not in text
