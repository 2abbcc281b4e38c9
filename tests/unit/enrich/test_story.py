import msgspec

from services.enrich.story import change, story
from tests.unit.enrich.members import at, cluster, member

ORIGINAL = member("a", agencies=("dpa",), language="de")
COPY = member(
    "b", 1, kind="syndicated", of="a", jaccard=0.6, containment=0.7, agencies=("afp", "dpa"), language="en"
)
UPDATE = member("a2", 2, source="a", kind="update", of="a", versions=3, version_seen_at=at(5))


def test_a_story_says_who_had_it_first_and_what_the_others_are() -> None:
    told = story(cluster(ORIGINAL, COPY, UPDATE))
    assert [(m.role, m.of) for m in told.members] == [
        ("original", ""),
        ("copy", ORIGINAL.url),
        ("update", ORIGINAL.url),
    ]
    assert told.articles == (ORIGINAL.url, COPY.url, UPDATE.url)
    assert (told.headline, told.lead_url) == (UPDATE.title, UPDATE.url)
    assert (told.sources, told.languages, told.agencies) == (("a", "b"), ("de", "en"), ("afp", "dpa"))
    assert (told.first_seen_at, told.last_seen_at) == (at(0), at(5))
    assert (told.revision, told.closed) == (3, False)


def test_a_member_keeps_its_numbers() -> None:
    told = story(cluster(ORIGINAL, COPY)).members[1]
    assert (told.kind, told.jaccard, told.containment, told.words) == ("syndicated", 0.6, 0.7, 100)


def test_a_member_whose_source_left_names_none() -> None:
    assert story(cluster(COPY)).members[0].of == ""


def test_what_merged_split_and_closed_is_passed_on() -> None:
    made = cluster(
        ORIGINAL, change="closed", merged_into="x", merged_from=("m",), split_from="f", split_into=("i",)
    )
    told = story(made)
    assert (told.closed, told.merged_into, told.merged_from, told.split_from, told.split_into) == (
        True,
        "x",
        ("m",),
        "f",
        ("i",),
    )


def test_a_change_carries_the_whole_story() -> None:
    made = cluster(ORIGINAL, COPY)
    told = story(made)
    step = change(made, told)
    assert (step.change, step.article_id, step.article_url, step.story) == ("grew", "b", COPY.url, told)


def test_a_change_by_an_article_that_left_names_no_address() -> None:
    made = cluster(ORIGINAL, change="split", article_id="gone")
    assert change(made, story(made)).article_url == ""


def test_equal_clusters_make_equal_bytes() -> None:
    made = cluster(ORIGINAL, COPY, UPDATE)
    assert msgspec.json.encode(story(made)) == msgspec.json.encode(story(msgspec.structs.replace(made)))
