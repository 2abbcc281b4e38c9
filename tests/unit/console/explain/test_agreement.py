"""Whether the rules would decide a pair otherwise today: the whole decision counts, not the kind alone."""

import msgspec
import pytest

from services.console.explain.agreement import disagreements
from services.console.explain.decision import Counted, KeptOut, Refused, Related, Unlisted
from services.contracts.articles import Article
from services.contracts.relations import Refusal, RefusalReason, Relation, ScreenReason, Verdict
from services.dedup.relations.explain import Comparison, compare
from services.dedup.relations.relate import Unrelated
from services.dedup.text.screens import Screen
from tests.unit.dedup.pieces import SETTINGS, article, prose

ONE = article(prose("one", 120), "/one")
COPY = article(prose("one", 120), "/copy", source="lindfunk", hours=2)
STRANGER = article(prose("stranger", 120), "/stranger", source="lindfunk", hours=3)
NOW = compare(ONE, COPY, [], SETTINGS)
UNLIKE = compare(ONE, STRANGER, [], SETTINGS)


def relation(**changes: object) -> Relation:
    assert isinstance(NOW.answer, Relation)
    return msgspec.structs.replace(NOW.answer, **changes)


def verdict(on: Article, reason: ScreenReason | None = None) -> Verdict:
    return Verdict(
        article_id=on.article_id,
        version_id=on.version_id,
        url=on.url,
        source=on.source,
        language=on.language,
        first_seen_at=on.first_seen_at,
        outcome="screened" if reason else "story",
        reason=reason,
    )


def refusal(reason: str = "template", others: int = 0) -> Refusal:
    content = {"other_article_id": ONE.article_id, "other_url": ONE.url, "reason": reason, "detail": ""}
    return msgspec.convert(content | {"others": others}, Refusal)


def refused_now(reason: str) -> Comparison:
    return NOW._replace(answer=Unrelated(msgspec.convert(reason, RefusalReason), ""))


def screened_now(reason: ScreenReason) -> Comparison:
    return NOW._replace(screens=((COPY.url, Screen(reason, "")),))


def test_the_same_decision_differs_in_nothing() -> None:
    assert disagreements(Related(verdict(COPY), relation()), NOW, apart=False) == []
    assert disagreements(Refused(verdict(COPY), refusal()), refused_now("template"), apart=False) == []
    assert disagreements(KeptOut((verdict(COPY, "stub"),)), screened_now("stub"), apart=False) == []
    assert disagreements(Unlisted((), 0), UNLIKE, apart=False) == []


@pytest.mark.parametrize(
    ("then", "now", "point"),
    [
        (Related(verdict(COPY), relation(kind="update")), NOW, "kind: update → syndicated"),
        (Related(verdict(COPY), relation(correction=True)), NOW, "correction: yes → no"),
        (Related(verdict(ONE), relation()), NOW, f"newer: {ONE.url} → {COPY.url}"),
        (
            Related(verdict(COPY), relation(direction="credit")),
            NOW,
            "evidence of direction: credit → first-seen",
        ),
        (
            Related(verdict(COPY), relation()),
            refused_now("teaser"),
            "related (syndicated) → refused (teaser)",
        ),
        (Refused(verdict(COPY), refusal()), refused_now("teaser"), "reason: template → teaser"),
        (Refused(verdict(COPY), refusal()), UNLIKE, "refused (template) → not looked at"),
        (Refused(verdict(COPY), refusal()), screened_now("stub"), "refused (template) → kept out (stub)"),
        (KeptOut((verdict(COPY, "stub"),)), screened_now("consent"), f"{COPY.url}: stub → consent"),
        (KeptOut((verdict(ONE, "stub"),)), screened_now("stub"), f"{ONE.url}: stub → no"),
        (KeptOut((verdict(COPY, "stub"),)), UNLIKE, "kept out (stub) → not looked at"),
        (Unlisted((), 0), refused_now("template"), "not looked at → refused (template)"),
        (Counted(verdict(COPY), relation()), UNLIKE, "related → not looked at"),
    ],
)
def test_whatever_differs_is_named(then: Related, now: Comparison, point: str) -> None:
    assert point in disagreements(then, now, apart=False)


def test_texts_of_two_shards_are_not_looked_at() -> None:
    told = disagreements(Related(verdict(COPY), relation()), NOW, apart=True)
    assert told == ["related (syndicated) → not looked at"]


def test_by_which_evidence_an_old_decision_was_made_is_not_known() -> None:
    assert disagreements(Related(verdict(COPY), relation(direction=None)), NOW, apart=False) == []


def test_what_was_only_counted_may_be_what_is_computed_and_nothing_else() -> None:
    counted = Unlisted((refusal("template", others=3),), 0)
    assert disagreements(counted, refused_now("template"), apart=False) == []
    assert disagreements(counted, refused_now("teaser"), apart=False)
    background = NOW._replace(answer=relation(kind="background"))
    assert disagreements(Unlisted((), 0, carriers=4), background, apart=False) == []
    assert disagreements(Unlisted((), 0), background, apart=False)
    assert disagreements(Counted(verdict(COPY), relation()), NOW, apart=False) == []
    assert disagreements(Counted(verdict(COPY), relation()), background, apart=False)
