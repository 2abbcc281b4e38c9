from hypothesis import given
from hypothesis import strategies as st

from services.desk.text.stretches import Span, paragraphs, share, stretches

TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from("\n 😀"), max_size=60)
SPANS = st.lists(
    st.builds(Span, st.integers(-5, 70), st.integers(-5, 70), st.integers(1, 9)), max_size=8
)  # fmt: skip


@given(TEXTS, SPANS, st.integers(0, 5))
def test_stretches_join_to_the_text_and_each_lies_in_just_its_passages(
    text: str, spans: list[Span], start: int
) -> None:
    parts = list(stretches(text, spans, start=start))
    assert "".join(part.text for part in parts) == text
    for part in parts:
        end = part.start + len(part.text)
        assert part.text == text[part.start - start : end - start]
        inside = {span.number for span in spans if span.start <= part.start and end <= span.end}
        touched = {span.number for span in spans if max(span.start, part.start) < min(span.end, end)}
        assert set(part.inside) == inside == touched


@given(TEXTS, SPANS)
def test_each_passage_opens_once_where_it_begins(text: str, spans: list[Span]) -> None:
    spans = [Span(a, b, number) for number, (a, b, _) in enumerate(spans)]
    opened = [(number, part.start) for part in stretches(text, spans) for number in part.opens]
    shown = [span for span in spans if max(0, span.start) < min(len(text), span.end)]
    assert sorted(opened) == [(span.number, max(0, span.start)) for span in shown]


@given(TEXTS, SPANS)
def test_paragraphs_join_to_the_text_and_break_at_its_lines(text: str, spans: list[Span]) -> None:
    parts = list(paragraphs(stretches(text, spans)))
    flat = [part for paragraph in parts for part in paragraph]
    assert "".join(part.text for part in flat) == text
    assert [part.start for part in flat] == sorted(part.start for part in flat)
    assert all("\n" not in "".join(p.text for p in paragraph).rstrip("\n") for paragraph in parts)
    opens = [number for part in flat for number in part.opens]
    assert opens == [number for part in stretches(text, spans) for number in part.opens]


def test_the_share_counts_what_lies_in_two_passages_once() -> None:
    assert share([Span(0, 10, 1), Span(5, 15, 2)], 20) == 0.75
    assert share([], 0) == 0.0
