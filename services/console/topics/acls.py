"""What each principal may do on a cluster with ACLs, from the topic table. Pure.

Least privilege: a service writes what the table says it writes, reads what it reads, sees how all
topics of the prefix are laid out (it proves that before it starts), and owns the group and the
transactional ids that begin with its name. Creating topics is left to the operators.
"""

import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from services.contracts.topics import CANARY, FOLLOWS, Topic
from services.ops.outcomes import DESK
from services.stream.groups import READERS, group_name

OPERATORS = "operators"
NEWSROOMS = "newsrooms"
NOTE = (
    "Transactions need Write and Describe on the transactional ids and nothing on the cluster: brokers "
    "since 2.8 ask no IdempotentWrite of whoever may write to a topic (KIP-679)."
)

Kind = Literal["topic", "group", "transactional-id"]
Pattern = Literal["literal", "prefixed"]
_LITERAL: Pattern = "literal"
_PREFIXED: Pattern = "prefixed"


class Acl(msgspec.Struct, frozen=True, kw_only=True):
    """One principal, one pattern, and what is allowed on what it matches."""

    principal: str
    resource: Kind
    name: str
    pattern: Pattern = "literal"
    operations: tuple[str, ...]


def principal(who: str) -> str:
    """A placeholder: with TLS it is the certificate's name, with SASL the user's."""
    return f"User:newsfold-{who}"


def acls(topics: Sequence[Topic], prefix: str) -> list[Acl]:
    """Services in the order of the table, then operators, the Desk, and newsrooms."""
    services = [one for one in dict.fromkeys(topic.writer for topic in topics) if one != OPERATORS]
    return [
        *(acl for service in services for acl in _service(service, topics, prefix)),
        *_operators(services, topics, prefix),
        _layout(principal(DESK), prefix, "Read"),  # it shows raw records of any topic, and is in no group
        *_newsrooms(topics, prefix),
    ]


def commands(rules: Sequence[Acl], bootstrap: str) -> list[str]:
    """Lines for Kafka's own `kafka-acls.sh`; `admin.properties` is how an administrator logs in."""
    names: defaultdict[tuple[str, Kind, Pattern, tuple[str, ...]], list[str]] = defaultdict(list)
    for one in rules:
        names[one.principal, one.resource, one.pattern, one.operations].append(one.name)
    return [
        _command(bootstrap, who, operations, [f"--{kind}={name}" for name in known], pattern)
        for (who, kind, pattern, operations), known in names.items()
    ]


def _command(
    bootstrap: str, who: str, operations: Sequence[str], resources: Sequence[str], pattern: Pattern
) -> str:
    words = [
        "kafka-acls.sh",
        f"--bootstrap-server={bootstrap}",
        "--command-config=admin.properties",
        "--add",
        f"--allow-principal={who}",
        *(f"--operation={operation}" for operation in operations),
        *resources,
        *(["--resource-pattern-type=prefixed"] if pattern == _PREFIXED else []),
    ]
    return shlex.join(words)


def _service(service: str, topics: Sequence[Topic], prefix: str) -> Iterator[Acl]:
    who = principal(service)
    yield _layout(who, prefix)
    for topic in topics:
        operations = (
            *(("Read",) if service in topic.readers else ()),
            *(("Write",) if service in (topic.writer, *topic.also) else ()),
        )
        if operations:
            yield Acl(principal=who, resource="topic", name=prefix + topic.name, operations=operations)
    group = group_name(prefix, f"newsfold-{service}")
    yield Acl(principal=who, resource="group", name=group, operations=("Read",))
    yield _transactions(who, f"{group}-")
    if (followed := FOLLOWS.get(service)) is not None:
        state, other = f"{prefix}{followed}-state", group_name(prefix, f"newsfold-{followed}")
        yield Acl(principal=who, resource="topic", name=state, operations=("Read",))
        yield Acl(principal=who, resource="group", name=other, operations=("Describe",))


def _operators(services: Sequence[str], topics: Sequence[Topic], prefix: str) -> Iterator[Acl]:
    """`topics`, `feeds`, `tail`, `doctor`, and `dlq replay`, which writes to what the services read."""
    who = principal(OPERATORS)
    yield _layout(who, prefix, "Create", "Read")
    for topic in topics:
        taken = topic.name != CANARY  # it is looked at only
        fed = taken and any(reader in services for reader in topic.readers if reader != topic.writer)
        if topic.writer == OPERATORS or fed:
            yield Acl(principal=who, resource="topic", name=prefix + topic.name, operations=("Write",))
    group = group_name(prefix, f"newsfold-{OPERATORS}")
    yield Acl(principal=who, resource="group", name=group, pattern="prefixed", operations=("Read",))
    yield _transactions(who, f"{group}-")


def _newsrooms(topics: Sequence[Topic], prefix: str) -> Iterator[Acl]:
    who = principal(NEWSROOMS)
    for topic in topics:
        if NEWSROOMS in topic.readers:
            name = prefix + topic.name
            yield Acl(principal=who, resource="topic", name=name, operations=("Read", "Describe"))
    yield Acl(principal=who, resource="group", name=READERS, pattern="prefixed", operations=("Read",))


def _layout(who: str, prefix: str, *more: str) -> Acl:
    operations = ("Describe", "DescribeConfigs", *more)
    # Kafka knows no prefix of no length; its word for all names is the literal "*".
    name, pattern = (prefix, _PREFIXED) if prefix else ("*", _LITERAL)
    return Acl(principal=who, resource="topic", name=name, pattern=pattern, operations=operations)


def _transactions(who: str, prefix: str) -> Acl:
    return Acl(
        principal=who,
        resource="transactional-id",
        name=prefix,
        pattern="prefixed",
        operations=("Write", "Describe"),
    )
