"""Where a page sends its reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.refresh import refresh_target

BASE = "https://paper.example/news/old"


def meta(content: str) -> str:
    return f'<html><head><meta http-equiv="refresh" content="{content}"></head><body></body></html>'


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (meta("0; url=/new"), "https://paper.example/new"),
        (meta("0;URL='new?a=1&amp;b=2'"), "https://paper.example/news/new?a=1&b=2"),
        (meta("1, https://other.example/x#part"), "https://other.example/x"),
        (meta(" 0.5 ; url = //other.example/x"), "https://other.example/x"),
        (meta("0;/new"), "https://paper.example/new"),
        (meta("1 https://other.example/x"), "https://other.example/x"),
        (meta("0;URL=&quot;/new?a=1&quot;"), "https://paper.example/new?a=1"),
        ("<meta http-equiv=refresh content=0;url=new />", "https://paper.example/news/new"),
        ("<META CONTENT='0;url=/new' HTTP-EQUIV=Refresh>", "https://paper.example/new"),
        ("<base href='/deep/'>" + meta("0; url=new"), "https://paper.example/deep/new"),
        ("<?xml version='1.0' encoding='iso-8859-1'?>" + meta("0; url=/new"), "https://paper.example/new"),
    ],
)
def test_an_immediate_refresh_leads_on(text: str, target: str) -> None:
    assert refresh_target(text, BASE) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>Refresh the page</p>",
        meta("2; url=/new"),
        meta("300"),
        meta("0"),
        meta("0; url="),
        meta("0; url=/news/old"),
        meta("0; url=#top"),
        meta("0; url=javascript:go()"),
        meta("0; url=ftp://other.example/x"),
        meta("0; url=/new").replace("http-equiv", "name"),
        meta("0; url=http://[::1"),
        meta("soon; url=/new"),
        f"<noscript>{meta('0; url=/nojs')}</noscript>",
        "<html><head><noscript><meta http-equiv='refresh' content='0; url=/nojs'></noscript></head></html>",
        f"<!-- {meta('0; url=/new')} -->",
        f"<script>document.write('{meta('0; url=/new')}')</script>",
    ],
)
def test_a_page_that_is_to_be_read_leads_nowhere(text: str) -> None:
    assert refresh_target(text, BASE) == ""


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<meta ", '<meta "', "<meta a=b ", "<base ", "<!--", "<noscript>", "<script>"]
)
def test_many_unclosed_tags_end_in_time(piece: str) -> None:
    assert refresh_target("refresh" + piece * 50_000, BASE) == ""


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_no_content_makes_it_raise(content: str, around: str, base: str) -> None:
    for where in (BASE, base):
        target = refresh_target(around + meta(f"0;url={content}") + around, where)
        assert target == "" or target.startswith(("http://", "https://"))
