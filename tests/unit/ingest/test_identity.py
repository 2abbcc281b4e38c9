"""Which addresses are believed to be an article's own."""

import pytest

from services.ingest.identity import claimed_address, fragment_address, is_front_page, is_index_of
from services.ingest.urls import canonical

OWN = "https://www.paper.example/sport/row/eight-wins-1234.html"


@pytest.mark.parametrize(
    "url", ["/", "", "/index.html", "/de/", "/en-GB/home", "/start", "/default.aspx", "/fr"]
)
def test_a_front_page_is_one_in_any_edition(url: str) -> None:
    assert is_front_page(f"https://www.paper.example{url}")


@pytest.mark.parametrize("url", ["/?p=17", "/news", "/a/index-funds-fall", "/story-1"])
def test_what_names_more_than_the_site_is_no_front_page(url: str) -> None:
    assert not is_front_page(f"https://www.paper.example{url}")


@pytest.mark.parametrize("path", ["/", "/sport/", "/sport/row", "/sport", "/live"])
def test_a_section_above_an_article_is_an_index_of_it(path: str) -> None:
    assert is_index_of(f"https://www.paper.example{path}", OWN)


@pytest.mark.parametrize(
    "path",
    [
        "/sport/row/eight-wins-1234.html",
        "/1234",
        "/eight-wins-by-a-length-on-the-ilse",
        "/sport?id=1234",
        "/a/sport/row/eight-wins-1234.html",
    ],
)
def test_what_names_an_article_is_no_index(path: str) -> None:
    assert not is_index_of(f"https://www.paper.example{path}", OWN)


@pytest.mark.parametrize(
    "path",
    [
        "/?error=404",
        "/home?status=notfound",
        "/de/?redirected=1",
        "/login?next=/sport/row/eight-wins-1234.html",
    ],
)
def test_a_query_that_names_no_article_makes_none_of_a_front_page(path: str) -> None:
    assert is_index_of(f"https://www.paper.example{path}", OWN)


@pytest.mark.parametrize(
    "path", ["/?p=1234", "/index.php?id=17", "/read?article=eight-wins-on-the-ilse", "/#!/n/12"]
)
def test_a_query_that_names_an_article_is_its_address(path: str) -> None:
    assert not is_index_of(f"https://www.paper.example{path}", OWN)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("https://paper.example/story-1", "https://paper.example/story-1"),
        ("https://m.paper.example/story-1?utm_source=x", "https://m.paper.example/story-1"),
        ("https://other.example/story-1", ""),
        ("https://paper.example/", ""),
        ("https://paper.example/sport/", ""),
        ("not an address", ""),
        (OWN, ""),
        ("", ""),
    ],
)
def test_a_claim_counts_on_the_publishers_own_domain_and_never_for_a_front_or_section_page(
    claimed: str, expected: str
) -> None:
    assert claimed_address(OWN, claimed) == expected


def test_guests_of_a_hosting_service_cannot_claim_each_others_addresses() -> None:
    assert claimed_address("https://ida.tumblr.com/post/1", "https://udo.tumblr.com/post/1") == ""


def test_a_hashbang_is_an_address_and_a_fragment_a_place() -> None:
    assert canonical("https://paper.example/app#!/story/1") == "https://paper.example/app#!/story/1"
    assert canonical("https://paper.example/story#comments") == "https://paper.example/story"
    assert fragment_address("https://paper.example/live#x", "k") == "https://paper.example/live#k"
