import pytest

from services.contracts import story_fields


def test_the_page_on_stories_tells_the_fields_as_they_are() -> None:
    written = story_fields.PAGE.read_text(encoding="utf-8")
    assert story_fields.page(written) == written, "run python -m services.contracts.story_fields"


def test_every_field_of_a_story_and_every_word_it_may_have_is_told() -> None:
    made = story_fields.tables()
    assert "| `origin` | Origin or null |" in made
    assert "`proved`, `likely`, `undecided`" in made


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        story_fields.page("# Stories")
