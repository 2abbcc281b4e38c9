import hashlib

from hypothesis import given
from hypothesis import strategies as st

from services.contracts import ids

TEXT = st.text(max_size=20)


def test_ids_never_change() -> None:
    """They are kept by newsrooms: another value for the same name is another thing."""
    url = "https://www.hafenblatt.example/marsum/klappbruecke-gesperrt"
    article = ids.article_id(url)
    version = ids.version_id(article, "Klappbrücke gesperrt", "Die Klappbrücke ist zu.\n")
    story = ids.story_id(version)
    assert {
        "feed": ids.feed_id("https://www.hafenblatt.example/feed"),
        "article": article,
        "version": version,
        "story": story,
        "event": ids.event_id(story),
    } == {
        "feed": "0d99c8e834850b3138962ddea8201233",
        "article": "cc60f6cfec21db9b809c35615dacb6c7",
        "version": "dbede750ea9737742dc3d63f6ea5762e",
        "story": "48dfdc77e44e469e1fab9fbb45d503cb",
        "event": "60eea95bec7ab5484bcd86f205a0c770",
    }


def test_an_id_is_128_bits_of_sha_256_over_its_parts_with_their_lengths() -> None:
    parts = (b"article", b"https://a.example/1")
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
    assert ids.article_id("https://a.example/1") == digest[:32]


@given(TEXT)
def test_things_of_two_kinds_never_share_an_id(name: str) -> None:
    made = [ids.feed_id(name), ids.article_id(name), ids.story_id(name), ids.event_id(name)]
    assert len(set(made)) == len(made)


@given(st.tuples(TEXT, TEXT, TEXT), st.tuples(TEXT, TEXT, TEXT))
def test_a_version_is_named_by_article_title_and_text_and_by_where_each_ends(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (ids.version_id(*one) == ids.version_id(*other)) == (one == other)


def test_where_a_title_ends_and_the_text_begins_matters() -> None:
    assert ids.version_id("a", "Hafen", "zu") != ids.version_id("a", "Hafenzu", "")


def test_a_lone_surrogate_has_an_id_too() -> None:
    assert ids.article_id("\ud800") != ids.article_id("?")
