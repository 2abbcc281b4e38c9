"""The part each member plays in its story."""

from services.contracts.clusters import Member
from services.contracts.relations import RelationKind
from services.contracts.stories import Role

_ROLES: dict[RelationKind, Role] = {
    "duplicate": "duplicate",
    "syndicated": "copy",
    "derivative": "rewrite",
    "update": "update",
}


def role(member: Member) -> Role:
    if member.notice:
        return "withdrawal"
    if member.kind is None:
        return "original"
    if member.correction and member.kind == "update":
        return "correction"
    return _ROLES.get(member.kind, "rewrite")
