"""What is no news at an address, and what always is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.churn import copy_of, is_churn
from tests.unit.dedup.pieces import article, prose

COPY = (
    "The ferry toll at Marsum rises to 4.20 crowns on Monday.\n"
    "Harbour master Ida Quell said that the council had voted 9 to 4.\n"
    "Twelve boats are affected."
)
TITLE = "Ferry toll rises at Marsum"
COUNTERS = [
    ("5 minutter siden", "2 timer siden"),
    ("5 minuuttia sitten", "2 tuntia sitten"),
    ("5 minuti fa", "un’ora fa"),
    ("pred 5 minútami", "pred 2 hodinami"),
    ("المشاهدات: 120", "المشاهدات: 155"),
    ("❤ 12", "❤ 15"),
    ("1,204 views", "1,241 views"),
    ("Updated 5 minutes ago", "Updated 20 minutes ago"),
    ("just now", "2 hours ago"),
    ("By Ida Quell · 59 min ago · 3 comments", "By Ida Quell · 1 hour ago · 17 comments"),
    ("1.2K shares", "1.4K shares"),
    ("14 people are reading this now", "9 people are reading this now"),
    ("Kommentare (12)", "Kommentare (13)"),
    ("vor 5 Minuten aktualisiert", "vor 2 Std. aktualisiert"),
    ("1204 Mal gelesen", "1388 Mal gelesen"),
    ("Stand: 3.3.2026, 14:05 Uhr", "Stand: 3.3.2026, 16:40 Uhr"),
    ("Il y a 5 minutes", "Il y a 2 heures"),
    ("1 204 vues", "1 388 vues"),
    ("hace 5 minutos", "hace 1 hora"),
    ("5 minuti fa", "2 ore fa"),
    ("há 5 minutos", "há 2 horas"),
    ("5 minuten geleden", "2 uur geleden"),
    ("för 5 minuter sedan", "för 2 timmar sedan"),
    ("5 minut temu", "2 godziny temu"),
    ("5 dakika önce", "2 saat önce"),
    ("просмотров: 1204", "просмотров: 1388"),
    ("5 минут назад", "2 часа назад"),
    ("منذ 5 دقائق", "منذ ساعتين"),
    ("阅读 1204", "阅读 1388"),
    ("5分钟前", "2小时前"),
    ("5分前", "2時間前"),
    ("조회수 1,204", "조회수 1,388"),
]


def churns(old: str, new: str, *, title: str = TITLE, other: str = TITLE) -> bool:
    return is_churn(article(old, title=title), article(new, title=other))


@pytest.mark.parametrize(("old", "new"), COUNTERS)
def test_a_counter_in_a_line_of_its_own_is_no_news_at_the_head_or_the_foot(old: str, new: str) -> None:
    assert churns(f"{COPY}\n{old}", f"{COPY}\n{new}")
    assert churns(f"{old}\n{COPY}", f"{new}\n{COPY}")
    assert "Ida" in new or churns(COPY, f"{COPY}\n{new}"), "a byline that comes is news"


@pytest.mark.parametrize(("old", "new"), COUNTERS)
def test_a_counter_hides_no_change_of_the_copy(old: str, new: str) -> None:
    assert not churns(f"{COPY}\n{old}", f"{COPY.replace('4.20', '4.30')}\n{new}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4.20", "4.30"),
        ("9 to 4", "9 to 5"),
        ("Monday", "Tuesday"),
        ("Twelve", "Thirteen"),
        ("Quell", "Quelle"),
        ("rises", "falls"),
        ("Twelve boats are affected.", "Twelve boats are affected. An appeal is under way."),
        ("Twelve boats are affected.", "The council meets again in the autumn."),
        ("Twelve boats are affected.", ""),
    ],
)
def test_a_changed_figure_word_or_paragraph_of_the_copy_is_news(old: str, new: str) -> None:
    assert not churns(COPY, COPY.replace(old, new))
    assert not churns(COPY.replace(old, new), COPY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12 dead", "13 dead"),
        ("Updated: 12 dead", "Updated: 13 dead"),
        ("Toll: 4.20 crowns", "Toll: 4.30 crowns"),
        ("Harwick 2:1 Pellow", "Harwick 2:2 Pellow"),
        ("Shares: 45.20", "Shares: 45.90"),
        ("45.20 shares", "45.90 shares"),
        ("12 readers hurt in library fire", "15 readers hurt in library fire"),
        ("12 Leser im Lesesaal verletzt", "15 Leser im Lesesaal verletzt"),
        ("Opens 3 March 2026", "Opens 4 March 2026"),
        ("3 hours of queues", "4 hours of queues"),
        ("Drei Stunden Wartezeit", "Vier Stunden Wartezeit"),
        ("The film was seen 1,204 times.", "The film was seen 1,388 times."),
        ("It had 1,204 views before it was taken down.", "It had 1,388 views before it was taken down."),
        ("Minister resigns", "Minister stays"),
        ("票价 4 元", "票价 5 元"),
    ],
)
def test_a_figure_or_a_word_that_counts_no_attention_is_news_in_a_line_of_its_own_too(
    old: str, new: str
) -> None:
    assert not churns(f"{COPY}\n{old}", f"{COPY}\n{new}")
    assert not churns(f"{old}\n{COPY}", f"{new}\n{COPY}")


def test_another_title_is_news() -> None:
    assert not churns(COPY, COPY, other="Ferry toll falls at Marsum")


FOOT = "Baker wins regional prize\nGoats block the southern road\nChoir looks for tenors"
OTHER_FOOT = "Library closes for repairs\nSnow expected on the passes"


def test_a_run_of_headlines_at_the_foot_that_is_replaced_whole_is_no_news() -> None:
    assert churns(f"{COPY}\n{FOOT}", f"{COPY}\n{OTHER_FOOT}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FOOT, OTHER_FOOT.replace("Snow", "3 feet of snow")),
        (FOOT, FOOT.replace("Baker wins", "Butcher wins")),
        (FOOT, OTHER_FOOT.replace("Snow expected", "Ferry toll vote expected")),
        (FOOT, "Library closes for repairs until the summer, the mayor said on Friday evening."),
        ("Baker wins regional prize", "Library closes for repairs"),
        (FOOT, ""),
    ],
    ids=["a figure", "a word of one", "about the title", "a sentence", "a single line", "gone"],
)
def test_what_else_changes_at_the_foot_is_news(old: str, new: str) -> None:
    assert not churns(f"{COPY}\n{old}", f"{COPY}\n{new}")


def test_headlines_replaced_within_the_copy_are_news() -> None:
    first, _, rest = COPY.partition("\n")
    assert not churns(f"{first}\n{FOOT}\n{rest}", f"{first}\n{OTHER_FOOT}\n{rest}")


def test_a_box_under_a_heading_of_its_own_may_change() -> None:
    assert churns(f"{COPY}\nRead more:\nGoats block road 7", f"{COPY}\nRead more:\nChoir looks for 3 tenors")
    assert not churns(
        f"{COPY}\nRead more: the toll is 4 crowns.", f"{COPY}\nRead more: the toll is 5 crowns."
    )


@given(st.text(), st.text())
def test_every_text_churns_into_itself_and_the_order_of_two_makes_no_difference(one: str, two: str) -> None:
    assert churns(one, one)
    assert churns(one, two) == churns(two, one)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 11))
def test_a_figure_within_a_sentence_is_never_churn(one: int, two: int, place: int) -> None:
    words = prose("report", 24).split()
    texts = [" ".join([*words[:place], str(number), "views", *words[place:]]) for number in (one, two)]
    assert churns(*texts) == (one == two)


def test_the_copy_of_a_long_text_is_the_text() -> None:
    text = prose("report", 5_000)
    assert "\n\n".join(copy_of(text)) == text
