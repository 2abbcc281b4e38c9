"""Names of several texts as one list: the spellings of one person, place or country together."""

from collections import Counter
from collections.abc import Iterable

from services.contracts.facts import Name, NameKind
from services.enrich.facts.persons import is_one, person
from services.enrich.facts.places import place_of

MOST = 20
_COMPARED = 40
"""So many different people are laid beside each other."""


def fold_names(texts: Iterable[tuple[Name, ...]]) -> tuple[Name, ...]:
    """The most named first; ties in order of the alphabet."""
    groups: list[Group] = []
    by_key: dict[tuple[str, str], Group] = {}
    for name in sorted((name for text in texts for name in text), key=lambda one: (-one.count, one.name)):
        key = _key(name)
        group = by_key.get(key)
        if group is None and name.kind == "person":
            group = next((one for one in groups[:_COMPARED] if one.takes(name)), None)
        if group is None:
            group = Group(name)
            groups.append(group)
        by_key[key] = group
        group.add(name)
    folded = sorted((group.name() for group in groups), key=lambda one: (-one.count, one.name))
    return tuple(folded[:MOST])


def _key(name: Name) -> tuple[str, str]:
    """Equal for names that are one without a look at how they are spelled."""
    if name.code:
        return "country", name.code
    if name.kind == "place" and (place := place_of(name.name)):
        return "place", place.key
    return "", name.name


class Group:
    """The spellings of one name."""

    def __init__(self, first: Name) -> None:
        self.kind: NameKind = first.kind
        self.code = first.code
        self.spellings: Counter[str] = Counter()
        self.whole = first.name
        """The fullest spelling."""

    def add(self, name: Name) -> None:
        self.spellings[name.name] += name.count
        for variant in name.variants:
            self.spellings.setdefault(variant, 0)
        if len(name.name.split()) > len(self.whole.split()):
            self.whole = name.name
        self.kind = self.kind or name.kind

    def takes(self, name: Name) -> bool:
        if self.kind != "person" or self.whole == name.name:
            return self.whole == name.name
        starts = person(name.name).starts
        return not starts.isdisjoint(person(self.whole).starts) and is_one(self.whole, name.name)

    def name(self) -> Name:
        most, _ = max(self.spellings.items(), key=lambda item: item[1])
        others = sorted(
            (spelling for spelling in self.spellings if spelling != most),
            key=lambda spelling: (-self.spellings[spelling], spelling),
        )
        return Name(
            name=most,
            kind=self.kind,
            code=self.code,
            variants=tuple(others),
            count=self.spellings.total(),
        )
