from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.desk.pages import fragments
from services.desk.pages.render import render
from services.desk.views.frame import Frame
from services.desk.views.front import FrontPage
from tests.unit.desk import desk_views

FRONT = next(view for name, view in desk_views.pages() if name == "front")
NOW = desk_views.FRAME.as_of
assert NOW is not None


def made_anew(view: FrontPage, frame: Frame) -> str:
    fragments._kept.clear()
    return render("front", view, frame)


@pytest.mark.parametrize(
    "frame",
    [
        replace(desk_views.FRAME, as_of=NOW + timedelta(days=1)),
        replace(desk_views.FRAME, as_of=NOW + timedelta(days=400)),
        replace(desk_views.FRAME, as_of=None),
        replace(desk_views.FRAME, at=NOW),
        replace(desk_views.FRAME, at=NOW, path="/?at=then", behind=7, notice="The log does not answer."),
    ],
)
def test_a_page_of_kept_stories_is_the_page_made_anew(frame: Frame) -> None:
    assert isinstance(FRONT, FrontPage)
    fragments._kept.clear()
    render("front", FRONT, desk_views.FRAME)
    after_another = render("front", FRONT, frame)
    assert after_another == render("front", FRONT, frame) == made_anew(FRONT, frame)


def test_a_story_that_changed_in_one_word_is_made_anew() -> None:
    assert isinstance(FRONT, FrontPage)
    render("front", FRONT, desk_views.FRAME)
    row = replace(FRONT.rows[0], headline="Another headline")
    changed = replace(FRONT, rows=(row, *FRONT.rows[1:]))
    assert "Another headline" in render("front", changed, desk_views.FRAME)


def test_no_more_is_kept_than_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(FRONT, FrontPage)
    monkeypatch.setattr(fragments, "MOST_KEPT", 1)
    for headline in ("one", "two", "three"):
        made_anew(replace(FRONT, rows=(replace(FRONT.rows[0], headline=headline),)), desk_views.FRAME)
        assert len(fragments._kept) <= 1
