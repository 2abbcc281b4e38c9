"""Which remembered entry a listed one is. Ids and addresses agree, disagree, move and are handed on."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.feeds import SeenEntry
from services.ingest.keys import address_key, digest, entry_key
from services.ingest.polling.matching import Match, match
from services.ingest.readings import Entry
from tests.unit.ingest.readings import START

HOME = "https://www.hafenblatt.example/"


def item(guid: str, path: str, title: str = "") -> Entry:
    url = f"{HOME}{path}" if path else ""
    key = digest("id", guid) if guid else entry_key(url)
    return Entry(key=key, id=guid, digest=digest(title), url=url, title=title or f"{guid} {path}")


def remembered(*matches: Match) -> list[SeenEntry]:
    """What a poll would remember of them."""
    return [
        SeenEntry(
            one.entry.key,
            one.entry.digest,
            START + timedelta(minutes=number),
            link="" if address_key(one.address) == one.entry.key else address_key(one.address),
            page=one.page,
            article=one.known.article if one.known else one.entry.title,
        )
        for number, one in enumerate(matches)
        if not one.repeated
    ]


def first(*entries: Entry) -> list[SeenEntry]:
    return remembered(*match(entries, (), HOME))


def pasts(found: list[Match]) -> list[str]:
    return [one.known.article if one.known else "" for one in found]


def test_an_id_that_stays_while_its_link_moves_is_the_same_article() -> None:
    (one,) = match([item("g1", "new-slug")], first(item("g1", "old-slug")), HOME)
    assert pasts([one]) == ["g1 old-slug"]
    assert one.moved
    assert one.address == f"{HOME}new-slug"


def test_a_link_that_stays_under_another_id_is_the_same_article() -> None:
    (one,) = match([item("g1#1", "a")], first(item("g1#0", "a")), HOME)
    assert pasts([one]) == ["g1#0 a"]
    assert not one.moved


def test_http_and_https_are_one_address_with_an_id_and_without() -> None:
    for guid in ("g1", ""):
        secure = item(guid, "a")
        plain = Entry(
            key=secure.key if guid else entry_key(secure.url.replace("https", "http")),
            digest="d",
            url=secure.url.replace("https", "http"),
            title="a",
        )
        (one,) = match([secure], first(plain), HOME)
        assert one.known is not None
        assert not one.moved


def test_ids_handed_on_like_numbers_of_seats_do_not_carry_an_articles_past() -> None:
    before = first(item("1", "a"), item("2", "b"), item("3", "c"))
    found = match([item("1", "new"), item("2", "a"), item("3", "b")], before, HOME)
    assert pasts(found) == ["", "1 a", "2 b"]


def test_entries_that_share_one_link_have_addresses_of_their_own_and_keep_them() -> None:
    listed = [item("t1", "live"), item("t2", "live"), item("t3", "live")]
    found = match(listed, (), HOME)
    assert len({one.address for one in found}) == 3
    assert all(one.shared and one.address.startswith(f"{HOME}live#") for one in found)
    later = match([item("t4", "live"), listed[1]], remembered(*found), HOME)
    assert pasts(later) == ["", "t2 live"]
    assert later[1].address == found[1].address
    alone = match([item("t5", "live")], remembered(*found), HOME)
    assert alone[0].shared, "the link has been shared before"
    assert alone[0].known is None


def test_the_entry_that_had_a_link_to_itself_keeps_it() -> None:
    before = first(item("t1", "live"))
    found = match([item("t2", "live"), item("t1", "live")], before, HOME)
    assert [one.shared for one in found] == [True, False]
    assert pasts(found) == ["", "t1 live"]


def test_places_on_one_page_are_known_by_their_fragments() -> None:
    listed = [item("", "faq#one", "One"), item("", "faq#two", "Two")]
    listed = [
        Entry(key=digest("words", one.title), digest="d", url=one.url, title=one.title) for one in listed
    ]
    found = match(listed, (), HOME)
    assert [one.address for one in found] == [f"{HOME}faq#one", f"{HOME}faq#two"]
    alone = match(listed[1:], remembered(*found), HOME)
    assert (alone[0].address, alone[0].moved) == (f"{HOME}faq#two", False)


def test_a_fragment_of_a_lone_entry_is_no_part_of_its_address() -> None:
    (one,) = match([item("g", "a#comments")], (), HOME)
    assert (one.address, one.shared) == (f"{HOME}a", False)


def test_an_entry_without_a_link_or_with_the_front_page_for_one_has_a_place_on_the_site() -> None:
    found = match([item("g1", ""), Entry(key="k2", digest="d", url=HOME, title="two")], (), HOME)
    assert [one.address for one in found] == [f"{HOME}#{found[0].entry.key}", f"{HOME}#k2"]


def test_the_front_page_of_another_site_is_an_address() -> None:
    (one,) = match([Entry(key="k", digest="d", url="https://fest.example/", title="Fest")], (), HOME)
    assert (one.address, one.shared) == ("https://fest.example/", False)


def test_an_entry_listed_twice_is_repeated() -> None:
    same_words = match([item("g1", "a", "One"), item("g2", "a", "One")], (), HOME)
    assert [one.repeated for one in same_words] == [False, True]
    same_key = match([item("g1", "a"), item("g1", "a")], (), HOME)
    assert [one.repeated for one in same_key] == [False, True]


DOCUMENTS = st.lists(
    st.lists(
        st.builds(item, st.sampled_from(["", "1", "2", "3"]), st.sampled_from(["a", "b", "c", "a#x"])),
        max_size=6,
    ),
    max_size=4,
)


@given(DOCUMENTS)
def test_no_address_and_no_past_is_given_to_two_entries_of_one_document(documents: list[list[Entry]]) -> None:
    seen: list[SeenEntry] = []
    for entries in documents:
        found = match(entries, seen, HOME)
        kept = [one for one in found if not one.repeated]
        assert len({one.address for one in kept}) == len(kept)
        known = [one.known.key for one in kept if one.known]
        assert len(set(known)) == len(known)
        seen = remembered(*found)
