"""Where a meta refresh sends a reader at once, as browsers read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.refresh import refresh_target
from tests.unit.ingest.pages.html import article, paragraphs, read

BASE = "https://www.hafenblatt.example/kurz/1"


@pytest.mark.parametrize(
    ("tag", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/lang/2">', "https://www.hafenblatt.example/lang/2"),
        ("<META CONTENT='0;URL=&quot;/lang/2?a=1&amp;b=2&quot;' HTTP-EQUIV=Refresh>", "https://www.hafenblatt.example/lang/2?a=1&b=2"),
        ("<meta http-equiv=refresh content=0;url=zwei />", "https://www.hafenblatt.example/kurz/zwei"),
        ('<meta content="1,url=//andere.example/x" http-equiv="refresh">', "https://andere.example/x"),
        ('<meta http-equiv="refresh" content="0.5 https://andere.example/x">', "https://andere.example/x"),
        ('<base href="/archiv/"><meta http-equiv="refresh" content="0;url=x">', "https://www.hafenblatt.example/archiv/x"),
    ],
)  # fmt: skip
def test_an_immediate_refresh_to_another_address_is_a_redirect(tag: str, target: str) -> None:
    assert refresh_target(f"<!DOCTYPE html><html><head>{tag}</head>", BASE) == target
    found = read(f"<!DOCTYPE html><html><head>{tag}</head><body>{paragraphs()}".encode(), url=BASE)
    assert (found.refusal, found.refresh_url, found.text) == ("redirected", target, "")


@pytest.mark.parametrize(
    "tag",
    [
        '<meta http-equiv="refresh" content="600; url=/lang/2">',
        '<meta http-equiv="refresh" content="0">',
        '<meta http-equiv="refresh" content="0; url=/kurz/1#unten">',
        '<meta http-equiv="refresh" content="bald; url=/lang/2">',
        '<meta http-equiv="refresh" content="0; url=javascript:alert(1)">',
        '<meta http-equiv="refresh" content="0; url=ftp://andere.example/x">',
        '<meta name="refresh" content="0; url=/lang/2">',
        '<noscript><meta http-equiv="refresh" content="0; url=/lang/2"></noscript>',
        '<!-- <meta http-equiv="refresh" content="0; url=/lang/2"> -->',
        '<script>var x = \'<meta http-equiv="refresh" content="0; url=/lang/2">\'</script>',
    ],
)
def test_a_page_that_can_be_read_first_is_read(tag: str) -> None:
    assert refresh_target(f"<html><head>{tag}</head>", BASE) == ""
    assert read(article(paragraphs(), head=tag), url=BASE).refusal is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<meta ", '<meta "', "<meta a=b ", "<base ", "<!--", "<noscript>", "<script>"]
)
def test_many_unclosed_tags_end_in_time(piece: str) -> None:
    assert refresh_target("refresh" + piece * 50_000, BASE) == ""


@given(st.text(max_size=80), st.text(max_size=40))
def test_nothing_makes_it_raise(content: str, base: str) -> None:
    target = refresh_target(f'<meta http-equiv="refresh" content="0; url={content}">', base)
    assert not target or target.startswith(("http://", "https://"))
