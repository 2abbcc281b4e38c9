"""Logins of sites: whom they are sent to, and that they show themselves to nobody else."""

from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import ids
from services.ingest.http.credentials import Credentials, login_in
from services.ingest.http.netrc_file import BadNetrc, read_netrc
from services.ingest.polling.feedlist import read_feed_list, read_logins
from services.ingest.urls import canonical, without_login
from services.ops.redaction import redact

PASSWORD = "p4ss:w0rd"
FEED = "https://desk:p4ss%3Aw0rd@paper.example/news/feed.xml"


def of(*urls: str) -> Credentials:
    return Credentials(login for url in urls if (login := login_in(url)))


def pair(credentials: Credentials, url: str) -> str:
    header = credentials.authorization(url)
    return b64decode(header.removeprefix("Basic ")).decode() if header else ""


@pytest.mark.parametrize(
    "url",
    ["https://paper.example/news/feed.xml", "https://PAPER.example:443/n/a", "https://paper.example"],
)
def test_a_login_is_sent_to_its_site(url: str) -> None:
    assert pair(of(FEED), url) == f"desk:{PASSWORD}"


@pytest.mark.parametrize(
    "url",
    [
        "http://paper.example/news/feed.xml",
        "https://paper.example:8443/",
        "https://www.paper.example/",
        "https://paper.example.evil.example/",
        "https://evil.example/?u=https://paper.example/",
        "https://paper.example@evil.example/",
        "ftp://paper.example/",
        "https://[paper.example/",
        "https://paper.example:99999/",
        "",
    ],
)
def test_a_login_is_sent_nowhere_else(url: str) -> None:
    assert pair(of(FEED), url) == ""


def test_a_site_in_the_clear_may_move_to_tls_and_to_no_other_port() -> None:
    login = of("http://desk:pw@paper.example/feed.xml")
    assert pair(login, "https://paper.example/feed.xml") == "desk:pw"
    assert pair(login, "https://paper.example:8443/feed.xml") == ""
    assert pair(of("http://desk:pw@paper.example:8080/"), "https://paper.example/") == ""


def test_of_several_logins_the_one_given_for_the_nearest_address_is_sent() -> None:
    both = of("https://one:1@paper.example/a/feed.xml", "https://two:2@paper.example/b/feed.xml")
    assert pair(both, "https://paper.example/b/feed.xml") == "two:2"
    assert pair(both, "https://paper.example/a/story") == "one:1"
    assert pair(both, "https://paper.example/") == "one:1"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://token@paper.example/", "token:"),
        ("https://:pw@paper.example/", ":pw"),
        ("https://j%C3%BCrgen:s%40lz%2F%3F@paper.example/", "jürgen:s@lz/?"),
        ("https://a@b:c@paper.example/", "a@b:c"),
    ],
)
def test_a_login_is_read_as_it_is_written(url: str, sent: str) -> None:
    assert pair(of(url), "https://paper.example/") == sent


def test_an_address_without_a_login_has_none() -> None:
    assert of("https://paper.example/@desk", "https://paper.example/?a=b@c", "https://[a@b/", "").logins == ()


@given(st.text(alphabet="aZ9%:!$&'()*+,;=-._ü ", min_size=1), st.sampled_from(["/a@b?c@d", "", "?x=@", "#@"]))
def test_an_address_loses_its_login_and_nothing_else(login: str, rest: str) -> None:
    public = f"https://paper.example{rest}"
    assert without_login(f"https://{login}@paper.example{rest}") == public
    assert without_login(public) == public
    assert canonical(f"https://{login}@paper.example{rest}") in {canonical(public), None}


def test_nothing_that_holds_a_login_shows_it() -> None:
    credentials = of(FEED)
    shown = f"{credentials!r} {credentials.logins!r} {credentials.logins[0]!s} {vars(credentials)}"
    assert "p4ss" not in shown
    assert "desk" not in shown


@pytest.mark.parametrize("password", ["s3cret", "s3'cret", 's3"cret', "s3<cret", "a:s3cret"])
def test_a_line_of_the_log_shows_no_login(password: str) -> None:
    line = redact(f"GET https://desk:{password}@paper.example/feed.xml: 401", 500)
    assert line == "GET https://paper.example/feed.xml: 401"


# --- lists of feeds and netrc files ----------------------------------------------------------------------


def written(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("feeds.toml", f'[[feed]]\nurl = "{FEED}"'),
        ("feeds.opml", f'<opml version="2.0"><body><outline text="P" xmlUrl="{FEED}"/></body></opml>'),
    ],
)
def test_a_list_gives_feeds_without_logins_and_the_logins_apart(
    tmp_path: Path, name: str, content: str
) -> None:
    path = written(tmp_path / name, content)
    (feed,) = read_feed_list(path).feeds
    assert (feed.url, feed.source) == ("https://paper.example/news/feed.xml", "paper.example")
    assert feed.feed_id == ids.feed_id(feed.url)
    assert pair(read_logins(path), feed.url) == f"desk:{PASSWORD}"


@pytest.mark.parametrize(
    "url", ["https://desk:s3cret@", "ftp://desk:s3cret@a.example/", "https://desk:s3/cret@a.example/x"]
)
def test_a_bad_address_in_a_list_is_told_without_its_login(tmp_path: Path, url: str) -> None:
    (rejection,) = read_feed_list(written(tmp_path / "feeds.toml", f'[[feed]]\nurl = "{url}"')).rejected
    assert "[[feed]] number 1" in str(rejection)
    assert "s3" not in str(rejection)


NETRC = """
machine paper.example login desk password p4ss:w0rd
machine http://intranet.example:8080 login bot password b0t
default login anybody password everywhere
"""


def test_a_netrc_file_gives_logins_for_tls_and_for_origins_that_it_names(tmp_path: Path) -> None:
    logins = read_netrc(written(tmp_path / "netrc", NETRC))
    assert pair(logins, "https://paper.example/feed.xml") == f"desk:{PASSWORD}"
    assert pair(logins, "http://paper.example/feed.xml") == ""
    assert pair(logins, "http://intranet.example:8080/a") == "bot:b0t"
    assert pair(logins, "https://other.example/") == ""


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (NETRC, 0o640, "chmod 600"),
        (NETRC, 0o604, "chmod 600"),
        ("machine a.example login x s3cret", 0o600, "line 1 cannot be read"),
        ("machine file:///etc login x password s3cret", 0o600, "neither a host nor"),
        ("#" * (2 << 20), 0o600, "larger than"),
    ],
)
def test_a_bad_netrc_file_is_refused_in_one_line_that_shows_nothing(
    tmp_path: Path, content: str, mode: int, says: str
) -> None:
    with pytest.raises(BadNetrc, match=says) as told:
        read_netrc(written(tmp_path / "netrc", content, mode))
    assert "cret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_netrc_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadNetrc, match="cannot be read: No such file"):
        read_netrc(tmp_path / "none")
