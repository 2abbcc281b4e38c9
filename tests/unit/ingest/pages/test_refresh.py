"""A page that only sends its reader on, and one that is read first. How a refresh is found: test of text."""

import pytest

from tests.unit.ingest.pages.html import article, paragraphs, read

BASE = "https://www.hafenblatt.example/kurz/1"


def refresh(content: str) -> str:
    return f'<meta http-equiv="refresh" content="{content}">'


def test_a_page_that_sends_its_reader_on_at_once_has_no_text() -> None:
    markup = f"<!DOCTYPE html><html><head>{refresh('0; url=/lang/2')}</head><body>{paragraphs()}"
    found = read(markup.encode(), url=BASE)
    assert found.refusal == "redirected"
    assert (found.refresh_url, found.text) == ("https://www.hafenblatt.example/lang/2", "")


@pytest.mark.parametrize("content", ["600; url=/lang/2", "0", "0; url=/kurz/1#unten", "0; url=mailto:x"])
def test_a_page_that_can_be_read_first_is_read(content: str) -> None:
    assert read(article(paragraphs(), head=refresh(content)), url=BASE).refusal is None
