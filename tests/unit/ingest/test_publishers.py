"""Who publishes what stands at an address, and who only lists it."""

import pytest
from msgspec.structs import replace

from services.contracts.feeds import Feed
from services.ingest.publishers import home_source, lists_others, publisher, source_of

FEED = Feed(feed_id="f", url="https://feeds.paper.example/rss", source="paper.example")
PROXIED = replace(FEED, url="https://proxy.example/paper", source="proxy.example")
LOCAL = replace(FEED, url="http://10.20.0.1:8080/rss", source="intranet")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.paper.co.uk", "paper.co.uk"),
        ("feeds.paper.example", "paper.example"),
        ("paper.de", "paper.de"),
        ("10.20.0.1", "10.20.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("ida.blogspot.com", "ida.blogspot.com"),
        ("www.ida.blogspot.de", "ida.blogspot.de"),
        ("ida.weebly.com", "ida.weebly.com"),
        ("ida.github.io", "ida.github.io"),
        ("ida.substack.com", "ida.substack.com"),
        ("www.ida.tumblr.com", "ida.tumblr.com"),
        ("www.substack.com", "substack.com"),
        ("", ""),
    ],
)
def test_the_publisher_of_a_host_is_its_registrable_domain_or_the_guest_of_a_hosting_service(
    host: str, domain: str
) -> None:
    assert publisher(host) == domain


def test_an_article_is_of_whoever_shows_it_and_not_of_who_lists_it() -> None:
    assert (
        source_of("https://www.other.example/a", FEED, source_url="https://third.example/") == "other.example"
    )


def test_an_address_that_says_nothing_leaves_it_to_the_entry_then_the_home_page_then_the_operator() -> None:
    home, named = "https://home.example/", "https://named.example/rss"
    assert source_of("http://10.20.0.1/a", LOCAL, source_url=named, home_url=home) == "named.example"
    assert source_of("http://10.20.0.1/a", LOCAL, home_url=home) == "home.example"
    assert source_of("http://10.20.0.1/a", LOCAL) == "intranet"
    assert source_of("http://10.20.0.1/a", replace(LOCAL, source="")) == "10.20.0.1"
    assert source_of("https://feedproxy.google.com/~r/x/1", FEED, home_url=home) == "home.example"


def test_a_service_that_hosts_a_feed_is_not_taken_for_the_publisher_unless_the_page_was_found_there() -> None:
    home, link = "https://www.paper.example/", "https://proxy.example/~r/paper/1"
    assert source_of(link, PROXIED, home_url=home, hosted=True) == "paper.example"
    assert source_of(link, PROXIED, home_url=home) == "proxy.example"


def test_a_list_of_feeds_names_the_site_of_a_hosted_feed() -> None:
    assert home_source(["https://www.paper.example/", "https://proxy.example/paper"]) == "paper.example"
    assert home_source(["", "https://feeds.paper.example/rss"]) == "paper.example"
    assert home_source(["http://10.0.0.1/rss"]) == "10.0.0.1"


@pytest.mark.parametrize("host", ["feeds.feedburner.com", "t.co", "goo.gl", "news.google.com"])
def test_proxies_and_shorteners_publish_nothing(host: str) -> None:
    assert lists_others(host)
    assert not lists_others(f"{host}.paper.example")
