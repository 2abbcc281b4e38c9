from itertools import chain, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.relations import Passage
from services.dedup.relations.passages import passages, runs
from services.dedup.text.words import fold, spans
from tests.unit.dedup.pieces import article, profiled, prose, words

LEAST = 8
"""Every run of so many words must be shown; `passages` promises one wide shingle, which is less."""

FEW = st.sampled_from(["ab", "cd", "ef"])
SEAM = st.sampled_from(["eins", "zwei", "drei"])
BLOCK = st.sampled_from([words(f"block {n}", 12) for n in range(4)])
PATCHWORK = st.lists(st.one_of(BLOCK, st.lists(SEAM, max_size=3)), max_size=8).map(
    lambda parts: list(chain.from_iterable(parts))
)
CHATTER = st.lists(FEW, max_size=60)
DRESSED = st.sampled_from([" ", ", ", " – ", ".\n\n", " „", "“ "])
SIGNS = st.text(alphabet="東京晴雨天", max_size=50)


def shown(text: str, other: str) -> list[Passage]:
    newer, older = profiled(article(text, "/new")), profiled(article(other, "/old"))
    return list(passages(newer, older, runs(newer, older)))


def check(text: str, other: str) -> list[Passage]:
    """What holds for every two texts."""
    found = shown(text, other)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 <= one.other_start < one.other_end <= len(other)
        assert fold(text[one.start : one.end]) == fold(other[one.other_start : one.other_end])
    assert all(left.end <= right.start for left, right in pairwise(found))
    return found


def uncovered(text: str, other: str, found: list[Passage], *, piece: int = 5) -> list[int]:
    """Words of `text` where `piece` words in a row belong to one shared run of LEAST and to no passage.

    Of a run that a longer one cut short, fewer may be left: too little to be a passage.
    """
    mine, theirs = tuple(fold(text)), tuple(fold(other))
    there = {theirs[i : i + LEAST] for i in range(len(theirs) - LEAST + 1)}
    held = {
        i
        for i, (start, end) in enumerate(spans(text).tolist())
        if any(one.start <= start and end <= one.end for one in found)
    }
    return [
        start
        for i in range(len(mine) - LEAST + 1)
        if mine[i : i + LEAST] in there
        for start in range(i, i + LEAST - piece + 1)
        if held.isdisjoint(range(start, start + piece))
    ]


def texts(run: list[str], blanks: list[str]) -> str:
    """Words between blanks and marks of any kind."""
    return "".join(word + blanks[i % len(blanks)] for i, word in enumerate(run))


@given(PATCHWORK, PATCHWORK, st.lists(DRESSED, min_size=1, max_size=5))
def test_copy_moved_about_is_shown_with_equal_words_and_in_full(
    mine: list[str], theirs: list[str], blanks: list[str]
) -> None:
    text, other = texts(mine, blanks), texts(theirs, [" "])
    assert uncovered(text, other, check(text, other)) == []


@given(CHATTER, CHATTER)
@settings(max_examples=200)
def test_texts_that_repeat_themselves_are_shown_too(mine: list[str], theirs: list[str]) -> None:
    text, other = " ".join(mine), " ".join(theirs)
    assert uncovered(text, other, check(text, other)) == []


@given(SIGNS, SIGNS)
def test_an_unspaced_script_is_shown_sign_by_sign(text: str, other: str) -> None:
    assert uncovered(text, other, check(text, other), piece=8) == []


@given(PATCHWORK)
def test_a_text_is_one_passage_of_itself(run: list[str]) -> None:
    text = " ".join(run)
    found = check(text, text)
    assert [(p.start, p.end, p.other_start, p.other_end) for p in found] == (
        [(0, len(text), 0, len(text))] if len(run) >= 5 else []
    )


def test_offsets_point_at_the_words_and_leave_the_marks_around_them_out() -> None:
    text = "Er rief: „Das Boot ist voll mit Heringen!“ Dann schwieg er."
    other = "Zeugen hörten, »das Boot ist – voll mit Heringen«."
    (found,) = shown(text, other)
    assert text[found.start : found.end] == "Das Boot ist voll mit Heringen"
    assert other[found.other_start : found.other_end] == "das Boot ist – voll mit Heringen"


def test_offsets_count_code_points() -> None:
    text = "😀 İ " + "der Hafen schläft noch fest"
    (found,) = shown(text, "Der Hafen schläft noch fest")
    assert text[found.start : found.end] == "der Hafen schläft noch fest"


def test_the_longer_run_is_shown_whole_and_the_shorter_one_trimmed() -> None:
    run = words("run", 20)
    text = " ".join(run)
    other = " ".join([*run[:12], "bruch", *run[6:]])
    first, second = check(text, other)
    assert (text[: first.end].split(), text[second.start :].split()) == (run[:6], run[6:])


def test_what_is_shared_twice_is_shown_once_for_the_newer_text() -> None:
    run = " ".join(words("twice", 15))
    assert len(check(run, f"{run} und wieder {run}")) == 1
    assert len(check(f"{run} und wieder {run}", run)) == 2


def test_fewer_words_than_a_wide_shingle_are_no_passage() -> None:
    run = words("short", 5)
    assert shown(" ".join(["x", *run[:4], "y"]), " ".join(["v", *run[:4], "w"])) == []
    assert len(shown(" ".join(["x", *run, "y"]), " ".join(["v", *run, "w"]))) == 1


def test_a_word_with_a_soft_hyphen_ends_a_passage() -> None:
    """Its characters differ from the other side's, so that a reader comparing them would stumble."""
    run = words("hyphen", 20)
    hyphened = [*run[:10], f"{run[10][:2]}\u00ad{run[10][2:]}", *run[11:]]
    for text, other in ((hyphened, run), (run, hyphened), (hyphened, hyphened)):
        found = check(" ".join(text), " ".join(other))
        assert len(found) == 2
        assert sum(len(fold(" ".join(text)[p.start : p.end])) for p in found) == 19


def test_texts_of_two_kinds_of_script_share_no_passage() -> None:
    assert shown(prose("one", 40), "東京の空は青いと伝えられた東京の空は青い") == []


def test_a_long_ticker_against_itself_is_aligned() -> None:
    text = prose("ticker", 12_000)
    (found,) = shown(text, text)
    assert (found.start, found.end) == (0, len(text) - 1)


def test_a_word_that_two_texts_spell_in_two_ways_ends_a_passage() -> None:
    run = words("spelling", 12)
    text = " ".join([*run[:6], "Käse", *run[6:]])
    other = " ".join([*run[:6], "Kaese", *run[6:]])
    assert [(text[p.start : p.end], other[p.other_start : p.other_end]) for p in shown(text, other)] == [
        (" ".join(run[:6]), " ".join(run[:6])),
        (" ".join(run[6:]), " ".join(run[6:])),
    ]
