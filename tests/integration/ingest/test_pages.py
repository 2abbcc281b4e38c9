"""What becomes of an article when its page moves, goes, comes back, or claims to be another one."""

import pytest

from services.contracts.articles import Withdrawal
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.account import fates
from tests.integration.ingest.newsroom import articles, once, only, page, records, rss, subscribed
from tests.integration.ingest.site import Site, answer, delayed

BRIDGE, FERRY, MILL = "die Brücke kommt", "die Fähre bleibt", "die Mühle mahlt wieder"


def moved(to: str) -> bytes:
    return answer(status="302 Found", Location=to)


async def test_a_page_that_sends_its_reader_to_the_front_page_is_no_article(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {
        "/feed": answer(rss(("/politik/a-1", "Eins"))),
        "/politik/a-1": moved("/"),
        "/": page("auf der Titelseite steht alles"),
    }
    task = subscribed(site.url("/feed"))
    steps = await once(task, fetcher)
    assert articles(steps) == []
    (letter,) = (letter for step in steps for letter in step.dead)
    assert "front or section page" in letter.detail
    assert fates(only(task)) == {"index_page": 1}
    assert only(task).status == "losing"


async def test_a_canonical_link_that_a_template_repeats_is_believed_for_nobody(
    site: Site, fetcher: Fetcher
) -> None:
    claim = "<link rel='canonical' href='/meldung/aktuell-2025'>"
    site.routes |= {
        "/feed": answer(rss(("/m/a", "Eins"), ("/m/b", "Zwei"), ("/m/c", "Drei"))),
        "/m/a": page(BRIDGE, claim),
        "/m/b": page(FERRY, claim),
        "/m/c": page(MILL, claim),
    }
    found = articles(await once(subscribed(site.url("/feed")), fetcher))
    assert len({one.article_id for one in found}) == len({one.url for one in found}) == 3


@pytest.mark.parametrize("slow", ["/m/bruecke-1", "/kurz/1"])
async def test_two_links_to_one_page_that_names_its_address_are_one_article(
    site: Site, fetcher: Fetcher, slow: str
) -> None:
    claim = "<link rel='canonical' href='/m/bruecke-1'>"
    site.routes |= {
        "/feed": answer(rss(("/m/bruecke-1", "Eins"), ("/kurz/1", "Eins, kurz"))),
        "/m/bruecke-1": page(BRIDGE, claim, "Eins"),
        "/kurz/1": page(BRIDGE, claim, "Eins"),
    }
    site.routes[slow] = delayed(page(BRIDGE, claim, "Eins"))
    found = articles(await once(subscribed(site.url("/feed")), fetcher))
    assert {one.url for one in found} == {site.url("/m/bruecke-1")}


async def test_an_article_is_not_lost_to_an_hour_of_errors(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": page(BRIDGE)}
    task = subscribed(site.url("/feed"))
    (first,) = articles(await once(task, fetcher))
    site.routes |= {
        "/feed": answer(rss(("/a", "Eins, neu"))),
        "/a": answer(b"<html><body>Wartung</body></html>"),
    }
    assert articles(await once(task, fetcher)) == []
    assert [waiting.reason for waiting in only(task).pending] == ["no_article"]
    site.routes["/a"] = page("die Brücke kommt doch nicht")
    (second,) = articles(await once(task, fetcher))
    assert second.article_id == first.article_id


async def test_a_text_that_goes_back_to_an_earlier_state_is_shown_again(site: Site, fetcher: Fetcher) -> None:
    task = subscribed(site.url("/feed"))
    shown = []
    for number, words in enumerate((BRIDGE, FERRY, BRIDGE)):
        site.routes |= {"/feed": answer(rss(("/a", f"Eins {number}"))), "/a": page(words)}
        shown += articles(await once(task, fetcher))
    first, second, third = shown
    assert first.version_id == third.version_id != second.version_id
    assert third.first_seen_at > second.first_seen_at


async def test_an_article_whose_address_answers_410_is_withdrawn(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": page(BRIDGE)}
    task = subscribed(site.url("/feed"))
    (first,) = articles(await once(task, fetcher))
    site.routes |= {"/feed": answer(rss(("/a", "Eins, weg"))), "/a": answer(status="410 Gone")}
    steps = await once(task, fetcher)
    (gone,) = (one for one in records(steps) if isinstance(one, Withdrawal))
    assert (gone.article_id, gone.version_id, gone.language) == (first.article_id, first.version_id, "de")
    assert fates(only(task)) == {"withdrawn": 1}
    site.routes |= {"/feed": answer(rss(("/a", "Eins, wieder da"))), "/a": page(BRIDGE)}
    (again,) = articles(await once(task, fetcher))
    assert again.version_id == first.version_id


async def test_a_host_that_asks_for_a_pause_gets_it(site: Site, fetcher: Fetcher) -> None:
    paths = [f"/{n}" for n in range(20)]
    site.routes |= {"/feed": answer(rss(*((path, path) for path in paths)))}
    site.routes |= {path: answer(status="429 Too Many Requests", Retry_After="600") for path in paths}
    task = subscribed(site.url("/feed"))
    await once(task, fetcher)
    assert sum(len(site.asked_for(path)) for path in paths) <= 2, "those already under way"
    assert len(only(task).pending) == 20
