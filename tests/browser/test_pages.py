"""Every page in a real browser, from invented views: what people see, and what hostile copy cannot do."""

import pytest
from playwright.sync_api import expect

from services.contracts.relations import Passage
from services.desk.pages.render import render
from services.desk.text.signs import legible
from tests.browser.tabs import HOST, Open, Sight, serve
from tests.unit.desk import desk_views

EVIL = (
    "</title></script><script>PWNED=1</script>\"'><img src=x onerror=PWNED=2><svg/onload=PWNED=3>"
    "javascript:PWNED=4 {{7*7}} \u202emoc.live\u202c\u2066\x00\x1b\r\n\ud83d אבג &amp;<!--"
)
LONGEST = "w" * 50_000
HUGE = " ".join(f"word{number}" for number in range(33_000))
LEFT = "😀 Säure\x00 läuft\u202e im Hafen\ud83d aus. 👩‍👩‍👧 Elf\nArbeiter kamen 🇩🇪 um."
RIGHT = f"Anders begonnen. 🇩🇪 {LEFT} Ende"


def test_no_page_hinders_anybody(window: Open) -> None:
    """Wide and light as a whole; narrow and dark what can depend on it."""
    pages = {name: render(name, view, desk_views.FRAME) for name, view in desk_views.pages()}
    sight = window()
    serve(sight.tab, pages)
    found = []
    for name in pages:
        sight.tab.goto(f"{HOST}/{name}")
        found += sight.violations()
        sight.tab.set_viewport_size({"width": 320, "height": 900})
        sight.tab.emulate_media(color_scheme="dark")
        found += sight.violations("color-contrast", "target-size")
        sight.tab.set_viewport_size({"width": 1280, "height": 900})
        sight.tab.emulate_media(color_scheme="light")
    assert not found
    assert not sight.wrong
    assert all(address.startswith(HOST) for address in sight.asked)


@pytest.mark.parametrize("copy", [EVIL, LONGEST, HUGE], ids=["hostile", "one word", "300,000 signs"])
def test_whatever_stands_in_any_field_nothing_runs_and_nothing_breaks(window: Open, copy: str) -> None:
    """300,000 signs only where texts are shown whole; elsewhere they are cut like the one word."""
    few = {"compare", "versions"} if copy is HUGE else {name for name, _ in desk_views.pages()}
    pages = {n: render(n, view, desk_views.FRAME) for n, view in desk_views.pages(copy) if n in few}
    sight = window(320)
    serve(sight.tab, pages)
    for name in pages:
        sight.tab.goto(f"{HOST}/{name}")
        assert sight.tab.evaluate("() => typeof PWNED") == "undefined", name
        assert sight.tab.locator("main h1").count() == 1, name
        assert sight.tab.locator("footer.foot").count() == 1, name
        assert sight.tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
        schemes = sight.tab.evaluate(
            "() => [...document.querySelectorAll('a:not(svg a)')].map((a) => a.protocol)"
        )
        assert set(schemes) <= {"http:", "https:"}, name
    assert not sight.wrong
    assert all(address.startswith(HOST) for address in sight.asked)


def test_passages_on_the_screen_are_those_of_the_record(window: Open) -> None:
    at = RIGHT.index(LEFT)
    passages = (Passage(0, 9, at, at + 9), Passage(12, len(LEFT) - 3, at + 12, at + len(LEFT) - 3))
    view = desk_views.compare(passages=passages)
    view = type(view)(
        **{field: getattr(view, field) for field in view.__struct_fields__}
        | {"left": desk_views.shown(LEFT, "a"), "right": desk_views.shown(RIGHT, "b")}
    )
    sight = window()
    serve(sight.tab, {"compare": render("compare", view, desk_views.FRAME)})
    sight.tab.goto(f"{HOST}/compare")
    for letter, text, spans in (
        ("a", LEFT, [(p.start, p.end) for p in passages]),
        ("b", RIGHT, [(p.other_start, p.other_end) for p in passages]),
    ):
        copy = sight.tab.locator(f"[aria-labelledby=h-{letter}] .copy")
        marks: list[tuple[int, str]] = copy.locator("mark").evaluate_all(
            "(marks) => marks.map((mark) => [Number(mark.dataset.start), mark.textContent])"
        )
        lit = "".join("·" * len(part) if start is None else part for start, part in marks)
        assert lit == "".join(legible(text[start:end]) for start, end in spans)
        assert all(part == legible(text[start : start + len(part)]) for start, part in marks)
    for number in ("1", "2"):
        sight.tab.locator(f"#a{number}").click()
        assert sight.tab.evaluate("() => document.querySelector(':target').id") == f"b{number}"
    assert not sight.wrong


def test_a_headline_begins_where_its_text_begins(window: Open) -> None:
    sight = window()
    pages = {name: render(name, view, desk_views.FRAME) for name, view in desk_views.pages("جسر مغلق الآن")}
    serve(sight.tab, pages)
    for name in ("front", "story", "compare"):
        sight.tab.goto(f"{HOST}/{name}")
        sides = sight.tab.locator(":is(.items h3, .leaf h3, .text h2) bdi").evaluate_all(
            "(names) => names.map((one) => getComputedStyle(one).direction + getComputedStyle(one).display)"
        )
        assert set(sides) == {"rtlblock"}, name


def test_a_page_is_whole_without_its_script(window: Open) -> None:
    sight = window(java_script_enabled=False)
    serve(sight.tab, {name: render(name, view, desk_views.FRAME) for name, view in desk_views.pages()})
    sight.tab.goto(f"{HOST}/story")
    sight.tab.locator(".pickup summary").click()
    expect(sight.tab.locator(".pickup tbody tr").first).to_be_visible()
    assert sight.tab.locator("button:visible").all_inner_texts() == ["Search"]
    sight.tab.goto(f"{HOST}/compare")
    sight.tab.locator("#a2").click()
    assert sight.tab.url.endswith("#b2")


def test_keys_walk_a_page_and_are_silent_in_fields(window: Open) -> None:
    sight = window()
    tab = sight.tab
    serve(tab, {name: render(name, view, desk_views.FRAME) for name, view in desk_views.pages()})
    tab.goto(f"{HOST}/front")
    tab.keyboard.press("Tab")
    assert tab.evaluate("() => document.activeElement.textContent") == "Skip to the content"

    def focus() -> str:
        return str(tab.evaluate("() => document.activeElement.getAttribute('href')"))

    tab.keyboard.press("k")
    assert focus() == "/story/s6"
    tab.keyboard.press("j")
    assert focus() == "/story/s6", "it does not go round the end"
    tab.keyboard.press("k")
    assert focus() == "/story/s5"
    tab.keyboard.press("/")
    tab.keyboard.type("jk?")
    assert tab.locator("#q").input_value() == "jk?"
    tab.locator("h1").click()
    for key, place in (("f", "/feeds"), ("o", "/outlets"), ("a", "/accounts")):
        tab.keyboard.press("g")
        tab.keyboard.press(key)
        tab.wait_for_url(f"{HOST}{place}")
    tab.goto(f"{HOST}/compare")
    tab.keyboard.press("n")
    assert focus() == "#b1"
    tab.keyboard.press("x")
    tab.wait_for_url(f"{HOST}/compare/vb/va")


STOPS = """() => [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}))"""
AT = f"""() => {{
    const here = document.activeElement;
    const ring = getComputedStyle(here);
    return [({STOPS})().indexOf(here), ring.outlineStyle !== "none" || ring.borderStyle !== "none"];
}}"""
MOST_STOPS = 25
"""Pressed on each page: its head, and the beginning of what it is about."""


def test_a_keyboard_walks_each_page_in_order_and_is_seen_to(window: Open) -> None:
    sight = window()
    tab = sight.tab
    pages = {name: render(name, view, desk_views.FRAME) for name, view in desk_views.pages()}
    serve(tab, pages)
    for name in pages:
        tab.goto(f"{HOST}/{name}")
        stops = tab.evaluate(f"() => ({STOPS})().length")
        for stop in range(min(stops, MOST_STOPS)):
            tab.keyboard.press("Tab")
            while tab.evaluate(AT)[0] == stop - 1 and tab.evaluate(
                "() => document.activeElement.id === 'at'"
            ):
                tab.keyboard.press("Tab")  # a field for a date is several
            assert tab.evaluate(AT) == [stop, True], (name, stop)
        tab.evaluate("() => document.activeElement.blur()")
        rows = tab.locator("main [data-item]:visible")
        hrefs = rows.evaluate_all("(rows) => rows.map((row) => row.getAttribute('href'))")
        for href in hrefs[:5]:
            tab.keyboard.press("j")
            assert tab.evaluate("() => document.activeElement.getAttribute('href')") == href, name
    assert not sight.wrong


def first_paint(sight: Sight, name: str) -> float:
    """The quickest of three, in milliseconds."""
    told: list[float] = []
    for _ in range(3):
        sight.tab.goto(f"{HOST}/{name}")
        sight.tab.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
        told.append(
            sight.tab.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
    return min(told)


def test_a_story_of_600_articles_is_seen_soon(window: Open) -> None:
    """Within half a second; on a machine that is busy, within what a small page takes besides."""
    sight = window()
    views = {"help": dict(desk_views.pages())["help"], "story": desk_views.story(members=600)}
    serve(sight.tab, {name: render(name, view, desk_views.FRAME) for name, view in views.items()})
    small = first_paint(sight, "help")
    assert first_paint(sight, "story") < 500 + small
    last = sight.tab.locator(".tree > ol > li").last.locator(".leaf")
    drawn = "(leaf) => leaf.checkVisibility({contentVisibilityAuto: true})"
    assert not last.evaluate(drawn)
    sight.tab.emulate_media(media="print")
    assert last.evaluate(drawn)
    sight.tab.emulate_media(media="screen")
    last.scroll_into_view_if_needed()
    expect(last.locator("h3")).to_be_in_viewport()


def test_what_is_drawn_holds_in_print_and_without_colours(window: Open) -> None:
    sight = window(forced_colors="active")
    serve(sight.tab, {"compare": render("compare", desk_views.compare(), desk_views.FRAME)})
    sight.tab.goto(f"{HOST}/compare")
    assert not sight.violations()
    sight.tab.emulate_media(media="print", forced_colors="none")
    assert sight.tab.locator("nav:visible, form:visible").count() == 0
    assert sight.tab.locator("mark:visible").count() > 0
