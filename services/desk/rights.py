"""What may be shown of the articles' texts: `full`, only `passages` that two share, or `none`. Pure.

Headlines, names, figures and counts are shown always. What quotes the running text (leads, quotations, notes,
changes in words) is text. With `none` texts are taken out before they are kept, so that nothing can leak.
"""

from msgspec.structs import replace

from services.contracts.articles import Article
from services.contracts.relations import Relation, Verdict
from services.contracts.stories import Story, StoryMember, StoryState, Update
from services.desk.views.frame import Texts


def article(record: Article, texts: Texts) -> Article:
    return record if texts != "none" else replace(record, text="")


def story(record: Story, texts: Texts) -> Story:
    if texts == "full":
        return record
    return replace(
        record,
        lead="",
        quotes=(),
        states=tuple(map(_state, record.states)),
        members=tuple(map(_member, record.members)),
    )


def _member(member: StoryMember) -> StoryMember:
    if not (member.correction_note or member.withdrawn_note):
        return member
    return replace(member, correction_note="", withdrawn_note="")


def _state(state: StoryState) -> StoryState:
    return replace(state, note="") if state.state in ("corrected", "withdrawn") else state


def verdict(record: Verdict, texts: Texts) -> Verdict:
    if texts == "full":
        return record
    return replace(record, relations=tuple(_relation(relation, texts) for relation in record.relations))


def _relation(relation: Relation, texts: Texts) -> Relation:
    passages = relation.passages if texts == "passages" else ()
    return replace(relation, note="", passages=passages)


def update(record: Update, texts: Texts) -> Update:
    if texts == "full":
        return record
    return replace(record, added=(), dropped=(), edits=(), note="")


def is_told(topic: str, texts: Texts) -> bool:
    """Whether raw records of a topic may be shown: without the right to texts, none of those that may hold
    some. What a feed's state quotes of its entries is text, too.
    """
    return texts == "full" or topic == "feeds"
