"""Who had a story first, and how sure that is."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from services.contracts.clusters import Member
from services.contracts.stories import Origin, Sureness
from services.enrich.order import Order, came_later, names_outlet, taken

Kind = Literal["agency", "outlet", ""]
Opening = Callable[[str], str]
"""The first words of an article, by its id."""
_RANKS: tuple[Sureness, ...] = ("undecided", "likely", "proved")


def origin(members: Sequence[Member], opening: Opening) -> Origin:
    """`members`: in order of first sight. Credited copy is its agency's, seen or not."""
    reports = [member for member in members if not member.notice] or list(members)
    return _agency(reports) or _cited(reports[0], opening) or _alone(reports) or _first(reports)


def _agency(reports: Sequence[Member]) -> Origin | None:
    if not any(member.agency or member.agencies for member in reports):
        return None
    own = {member.agency: member for member in reversed(reports) if member.agency}
    told = Counter(agency for member in reports for agency in member.agencies)
    order = list(
        dict.fromkeys([agency for m in reports for agency in (*filter(None, [m.agency]), *m.agencies)])
    )
    name = max(order, key=lambda agency: (agency in own, told[agency]))
    item = own.get(name)
    if item is not None:
        also = f"; {_texts(told[name], len(reports))} it" if told[name] else ""
        sure: Sureness = "proved" if told[name] or item is reports[0] else "likely"
        return _origin(item, name, "agency", f"its own item was seen{also}", sure, url=item.url)
    bearers = [member for member in reports if name in member.agencies]
    sure = "proved" if name in reports[0].agencies or 2 * len(bearers) > len(reports) else "likely"
    reason = f"{_texts(len(bearers), len(reports))} it; its own item was not seen"
    return _origin(bearers[0], name, "agency", reason, sure)


def _cited(first: Member, opening: Opening) -> Origin | None:
    """An outlet that the first text names at once as where it has the news from."""
    if not first.cited:
        return None
    begins = f"{first.title}\n{opening(first.article_id)}".casefold()
    name = next((name for name in first.cited if name.casefold() in begins), "")
    if not name:
        return None
    return _origin(first, name, "outlet", f"{first.source} names it at once as its source", "likely")


def _alone(reports: Sequence[Member]) -> Origin | None:
    if len({member.source for member in reports}) > 1:
        return None
    first = reports[0]
    return _origin(
        first, first.source, "outlet", "no other outlet was seen to have it", "likely", url=first.url
    )


def _first(reports: Sequence[Member]) -> Origin:
    """The outlet that all others came after, where something says so of each."""
    by_outlet: dict[str, Member] = {}
    for member in reports:
        by_outlet.setdefault(member.source, member)
    named = next((m for m in by_outlet.values() if _is_named_by_others(m, reports)), None)
    first = named or reports[0]
    others = [member for member in by_outlet.values() if member.source != first.source]
    orders = [taken(m, first) if m.of == first.article_id else came_later(first, m) for m in others]
    open_ = [m.source for m, order in zip(others, orders, strict=True) if order.sure == "undecided"]
    if open_ and named is None:
        rivals = ", ".join((first.source, *open_[:3]))
        return _origin(first, "", "", f"first sight cannot order {rivals}: {_why(orders)}", "undecided")
    sure = min((order.sure for order in orders), key=_RANKS.index)
    if named is not None:
        return _origin(
            first, first.source, "outlet", "others name it as their source", "proved", url=first.url
        )
    gap = others[0]
    reason = f"seen first; of {gap.source}, the next, {orders[0].reason}"
    return _origin(first, first.source, "outlet", reason, sure, url=first.url)


def _is_named_by_others(member: Member, reports: Sequence[Member]) -> bool:
    return any(
        names_outlet(name, member.source)
        for other in reports
        if other.source != member.source
        for name in other.cited
    )


def _why(orders: Sequence[Order]) -> str:
    return next(order.reason for order in orders if order.sure == "undecided")


def _texts(count: int, all_: int) -> str:
    return f"{count} of {all_} texts credit" if all_ > 1 else "the text credits"


def _origin(first: Member, name: str, kind: Kind, reason: str, sure: Sureness, *, url: str = "") -> Origin:
    return Origin(
        name=name,
        kind=kind,
        url=url,
        reason=reason,
        sure=sure,
        not_before=first.absent_at,
        not_after=first.first_seen_at,
    )
