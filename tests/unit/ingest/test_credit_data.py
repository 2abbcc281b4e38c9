"""The data of credits: every name in it is told from copy, and what is wrong in it is refused."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.credits import attribution
from services.ingest.credits.attribution import credits_of
from services.ingest.credits.mentions import MOST, mentions
from services.ingest.credits.presses import AGENCIES, HOMONYMS, SLUGS, Agency
from services.ingest.credits.wording import WORDING, Wording, alternatives

COPY = "The council closed the bridge. It was old."


def test_every_name_is_a_credit_in_brackets_after_the_last_sentence() -> None:
    found = {name: credits_of("", f"{COPY} ({name})").agencies for name in SLUGS}
    assert found == {name: tuple(sorted(slugs)) for name, slugs in SLUGS.items()}


def test_no_name_is_a_credit_under_a_photo_or_inside_a_sentence() -> None:
    for name in SLUGS:
        assert credits_of("", f"The bridge. Photo: {name}\n{COPY}").agencies == (), name
        assert credits_of("", f"{COPY} The mayor of {name} was glad.").agencies == (), name


def test_a_homonym_in_brackets_inside_a_sentence_is_no_credit() -> None:
    for name in HOMONYMS:
        assert credits_of("", f"{COPY} The mayor moved to Hillside ({name})").agencies == (), name


def test_slugs_are_fit_for_records() -> None:
    assert not [slug for slug in AGENCIES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)]


def test_a_name_is_strong_or_a_homonym_never_both() -> None:
    strong = {name for agency in AGENCIES.values() for name in agency.names}
    assert not strong & HOMONYMS


def test_words_are_written_small_and_say_their_language() -> None:
    tables = msgspec.to_builtins(WORDING).values()
    found = [(language, word) for table in tables for language, words in table.items() for word in words]
    assert found
    assert not [(language, word) for language, word in found if word != word.lower()]
    assert not [language for language, _ in found if not re.fullmatch(r"[a-z]{2}", language)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'[news]\nname = ["News"]', dict[str, Agency]),
        (b"[news]\nnames = []", dict[str, Agency]),
        (b'[picture]\nen = ["photo"]', Wording),
    ],
)
def test_data_with_an_unknown_key_or_a_gap_is_refused(data: bytes, kind: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(data, type=kind)


PIECES = st.sampled_from(
    [
        *SLUGS,
        "(",
        ")",
        " ",
        "\n",
        ". ",
        ", ",
        "/",
        " - ",
        ": ",
        "©",
        "Photo",
        "By",
        "The bridge",
        "3",
        "電",
        "、",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_only_agencies_that_are_named_are_credited(text: str) -> None:
    named = {slug for name, slugs in SLUGS.items() if name in text for slug in slugs}
    assert set(credits_of("", text).agencies) <= named


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_credits_and_one_without_a_name_has_none(title: str, text: str) -> None:
    found = credits_of(title, text)
    if not any(name in title or name in text for name in SLUGS):
        assert found.agencies == ()


@given(st.integers(1, 30))
def test_a_dateline_counts_however_long_the_copy_is(sentences: int) -> None:
    body = " ".join([COPY] * sentences)
    assert credits_of("", f"PORTHAVEN (dpa) - {body}\n\n{body}").agencies == ("dpa",)
    assert len(body) < attribution.SCANNED


def test_of_a_text_full_of_names_the_first_and_the_last_count() -> None:
    text = "BONN (dpa) - " + "AP/" * 20_000 + f"\n{COPY} (epd)"
    assert len(list(mentions(text))) == MOST
    assert {"dpa", "epd"} <= set(credits_of("", text).agencies)


def test_half_a_character_is_no_hindrance() -> None:
    assert credits_of("", f"\ud800 {COPY} (AFP)").agencies == ("afp",)


@given(st.lists(st.text("ab. ", max_size=4), min_size=1), st.text("ab. ", max_size=12))
def test_a_choice_of_names_finds_what_one_name_after_the_other_finds(names: list[str], text: str) -> None:
    in_turn = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    for form in ("{}", "(?:{}) ?$"):
        chosen, defined = (re.compile(form.format(one)) for one in (alternatives(names), f"(?:{in_turn})"))
        assert [m.span() for m in chosen.finditer(text)] == [m.span() for m in defined.finditer(text)]
