"""Who publishes what stands at an address: registrable domains, and who only hosts or lists others' work."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

import tld

from services.contracts.feeds import Feed
from services.ingest.urls import host_of

_HOSTING = frozenset(
    "bandcamp.com bearblog.dev beehiiv.com blog.hu blog.jp blogs.com blogspot.com buttondown.email "
    "buzzsprout.com canalblog.com dreamwidth.org eklablog.com exblog.jp fc2.com ghost.io hashnode.dev "
    "hypotheses.org jimdo.com libsyn.com livedoor.blog livejournal.com medium.com micro.blog "
    "mystrikingly.com neocities.org noblogs.org over-blog.com pixnet.net podbean.com posthaven.com "
    "prowly.com seesaa.net skyrock.com squarespace.com substack.com svbtle.com tistory.com tumblr.com "
    "twoday.net typepad.com webnode.com weebly.com wix.com wordpress.com write.as".split()
)
"""Hosting services that the Public Suffix List does not name: each subdomain is a publisher of its own."""
_LISTING = frozenset(
    "adf.ly bit.ly buff.ly cdn.ampproject.org cutt.ly dlvr.it feed43.com feedblitz.com feedburner.com "
    "feedburner.google.com feedity.com feedly.com feedpress.it feedpress.me feedproxy.google.com "
    "feedsportal.com feedspot.com fetchrss.com fivefilters.org flipboard.com follow.it goo.gl ift.tt "
    "inoreader.com is.gd kill-the-newsletter.com lnkd.in morss.it news.google.com newsblur.com ow.ly "
    "politepol.com rb.gy rebrand.ly rss.app rss2json.com rsshub.app t.co t.ly theoldreader.com tiny.cc "
    "tinyurl.com trib.al v.gd".split()
)
"""Feed proxies, readers and link shorteners: they pass on what others publish."""


@lru_cache(maxsize=4_096)
def publisher(host: str) -> str:
    """Registrable domain by the Public Suffix List, its private part too; each subdomain of a hosting
    service. The last two labels where the list is silent; an address of numbers whole.
    """
    host = host.lower().rstrip(".")
    if _is_number(host):
        return host
    labels = host.split(".")
    for start in range(1, len(labels)):
        hosting = ".".join(labels[start:]) in _HOSTING or labels[start] == "blogspot"  # of any country
        if hosting and labels[start - 1] != "www":
            return ".".join(labels[start - 1 :])
    known = tld.get_fld(host, fix_protocol=True, fail_silently=True)
    return known or ".".join(labels[-2:])


def source_of(url: str, feed: Feed, *, source_url: str = "", home_url: str = "", hosted: bool = False) -> str:
    """The publisher of an article: who shows it at its own address, never who lists it.

    `url`: the article's final address, or empty. Then count whom the entry names, the feed's home page, and
    what the operator set. `hosted`: nobody looked whether the article is at `url`; a service that hosts the
    feed of another site may have put its own address there.
    """
    home = _publisher_at(home_url) or _publisher_at(feed.home_url)
    service = publisher(host_of(feed.url))
    own = _publisher_at(url)
    if hosted and home and own == service != home:
        own = ""
    named = (own, _publisher_at(source_url), home, feed.source)
    return next((one for one in named if one), publisher(host_of(url or feed.url)))


def source_of_page(url: str) -> str:
    """The publisher of a page that no feed lists."""
    return publisher(host_of(url))


def home_source(addresses: Iterable[str]) -> str:
    """The first publisher that a list's addresses name: the feed's home page, then the feed itself."""
    hosts = [host_of(address) for address in addresses if address]
    return next((name for host in hosts if (name := _of_host(host))), publisher(hosts[-1]) if hosts else "")


def _publisher_at(url: str) -> str:
    return _of_host(host_of(url))


def _of_host(host: str) -> str:
    """The publisher of a host; empty for numbers, bare names and listing services."""
    if "." not in host or _is_number(host) or lists_others(host):
        return ""
    return publisher(host)


def lists_others(host: str) -> bool:
    """Whether a host is known to pass on what others publish."""
    labels = host.lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in _LISTING for start in range(len(labels)))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
