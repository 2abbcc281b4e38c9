import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.urls import MAX_LENGTH, canonical


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTPS://WWW.Paper.Example:443/a?b=2&a=1#part", "https://www.paper.example/a?a=1&b=2"),
        ("http://paper.example:8080/a", "http://paper.example:8080/a"),
        (
            "https://paper.example/a?utm_source=x&id=7&fbclid=q&xtor=RSS-1&at_medium=z",
            "https://paper.example/a?id=7",
        ),
        ("https://paper.example/a?wt_mc=rss&mc_cid=1&gclid=2&cmpid=3", "https://paper.example/a"),
        ("https://paper.example/a?ref=aggregator.example", "https://paper.example/a"),
        ("https://paper.example/a?ref=chapter-2", "https://paper.example/a?ref=chapter-2"),
        ("https://paper.example/slug-1/amp/", "https://paper.example/slug-1"),
        ("https://paper.example/guitars/amp/", "https://paper.example/guitars/amp/"),
        ("https://paper.example/a?outputType=amp", "https://paper.example/a"),
        ("https://www.google.com/amp/s/paper.example/slug-1", "https://paper.example/slug-1"),
        ("https://paper-example.cdn.ampproject.org/c/s/paper.example/a", "https://paper.example/a"),
        ("https://user:secret@paper.example/a", "https://paper.example/a"),
        (" https://paper.example/ä b ", "https://paper.example/%C3%A4%20b"),
    ],
)
def test_an_address_loses_what_does_not_tell_articles_apart(given_url: str, expected: str) -> None:
    assert canonical(given_url) == expected


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "javascript:alert(1)",
        "ftp://paper.example/a",
        "/relative",
        "https://",
        "http://[::1",
        "mailto:a@b.example",
    ],
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    assert canonical(bad) is None


def test_an_address_beyond_the_bound_is_refused() -> None:
    assert canonical("https://paper.example/" + "a" * MAX_LENGTH) is None


QUERY = st.lists(
    st.sampled_from(["utm_x=1", "a=1", "ref=b.example", "b=%C3%A4", "amp", "c=", "=", "&", "q=a+b"])
)
PATH = st.text(alphabet="abcÄ/%2 -._~0?&=;+", max_size=30)


HOST = st.text(alphabet="aZ1-.x", max_size=12).map(lambda text: f"{text}paper.example")
IN_ORDER = st.text(alphabet="abX1/-._~", max_size=20)
SLUG = st.sampled_from(["", "slug-1/amp", "slug-1/AMP/", "amp/s/other.example/a", "..", "a//b", "."])


@given(HOST, IN_ORDER, SLUG)
def test_an_address_in_order_is_taken_as_one_that_a_fragment_hangs_on(
    host: str, path: str, slug: str
) -> None:
    url = f"https://{host}/{path}{slug}"
    assert canonical(url) == canonical(f"{url}#place")


@given(scheme=st.sampled_from(["http", "HTTPS"]), path=PATH, query=QUERY)
def test_a_canonical_address_is_its_own_canonical_form(scheme: str, path: str, query: list[str]) -> None:
    once = canonical(f"{scheme}://Paper.Example/{path}?{'&'.join(query)}")
    assert once is None or canonical(once) == once


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    for one in (text, f"https://{text}", f"https://paper.example/{text}"):
        found = canonical(one)
        assert found is None or canonical(found) == found
