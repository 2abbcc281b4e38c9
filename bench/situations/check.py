"""What came out of a situation against what a newsroom would say."""

from collections.abc import Iterator

from bench.situations.newsroom import Newsroom, fold
from bench.situations.situation import Answer, ExpectedPair, Told
from services.contracts.relations import Relation


def misses(one: Told) -> list[str]:
    """The expectations that do not hold, in words; empty where all is right."""
    return list(_misses(one, fold(one.sightings)))


def _misses(one: Told, room: Newsroom) -> Iterator[str]:
    expected = one.situation
    for pair in expected.pair:
        yield from _pair(one, room, pair)
    for names in expected.together:
        homes = {name: room.home(one.article_ids[name]) for name in names}
        if None in homes.values() or len({home.story_id for home in homes.values() if home}) > 1:
            stories = len({home.story_id if home else name for name, home in homes.items()})
            yield f"together: {', '.join(names)}: {stories} stories"
    for name, other in expected.apart:
        home = room.home(one.article_ids[name])
        if home and home == room.home(one.article_ids[other]):
            yield f"apart: {name}, {other}: one story"
    yield from _parts(one, room)
    yield from _screens(one, room)


def _pair(one: Told, room: Newsroom, pair: ExpectedPair) -> Iterator[str]:
    newer, older = one.article_ids[pair.newer], one.article_ids[pair.older]
    relation = _relation(room, newer, older)
    if relation is None and pair.either_way:
        relation = _relation(room, older, newer)
    answers: set[Answer] = {relation.kind} if relation else {"none"}
    if relation is None and _is_refused(room, newer, older):
        answers.add("refused")
    if not answers & set(pair.answers):
        yield f"{pair.newer} of {pair.older}: want {' or '.join(pair.answers)}, got {max(answers)}"
    elif relation and pair.correction not in {None, relation.correction}:
        yield f"{pair.newer} of {pair.older}: want correction {pair.correction}, got {relation.correction}"


def _relation(room: Newsroom, newer: str, older: str) -> Relation | None:
    verdict = room.verdicts.get(newer)
    relations = verdict.relations if verdict else ()
    return next((relation for relation in relations if relation.other_article_id == older), None)


def _is_refused(room: Newsroom, newer: str, older: str) -> bool:
    verdict, other = room.verdicts.get(newer), room.verdicts.get(older)
    if verdict is None or other is None:
        return False
    pairs = {(newer, refusal.other_article_id) for refusal in verdict.refused}
    pairs |= {(refusal.other_article_id, older) for refusal in other.refused}
    return (newer, older) in pairs or "screened" in {verdict.outcome, other.outcome}


def _parts(one: Told, room: Newsroom) -> Iterator[str]:
    for name, roles in one.situation.roles.items():
        member = room.member(one.article_ids[name])
        role = member.role if member else "in no story"
        if role not in roles:
            yield f"role of {name}: want {' or '.join(roles)}, got {role}"
    for name in one.situation.withdrawn:
        member = room.member(one.article_ids[name])
        if member is None or member.withdrawn_at is None:
            yield f"{name}: not withdrawn"
    for name in one.situation.of_withdrawn:
        member = room.member(one.article_ids[name])
        if member is None or not member.of_withdrawn:
            yield f"{name}: no copy of withdrawn copy"


def _screens(one: Told, room: Newsroom) -> Iterator[str]:
    for name, reasons in one.situation.screened.items():
        verdict = room.verdicts[one.article_ids[name]]
        if verdict.reason not in reasons:
            yield f"screen of {name}: want {' or '.join(reasons)}, got {verdict.reason or 'none'}"
    for name in one.situation.matched:
        verdict = room.verdicts[one.article_ids[name]]
        if verdict.outcome == "screened":
            yield f"screen of {name}: want none, got {verdict.reason}: {verdict.detail}"
