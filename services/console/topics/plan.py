"""The topics as they must be, from the one topic table, and where those that exist differ. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from services.console import addresses
from services.contracts.topics import DAY_S, EVERY, WITH_SPREAD, Topic
from services.stream.kafka import topics as policy
from services.stream.kafka.topics import TopicDescription

SPECS = {spec.name: spec for spec in addresses.topic_specs(forget=True, topics=WITH_SPREAD)}
USUAL_BROKERS = 3
"""What a plan is made for where no cluster is asked."""


class Copies(NamedTuple):
    """How many brokers hold a record, and how many must have it before it counts as written."""

    replicas: int
    in_sync: int


class PlannedTopic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of a plan, for programs."""

    topic: str
    partitions: int
    replicas: int
    key: str
    partition_by: str
    writer: str
    also: tuple[str, ...]
    """Who writes beside."""
    readers: tuple[str, ...]
    types: tuple[str, ...]
    settings: Mapping[str, str]
    """By Kafka's names."""
    about: str


def copies(replicas: int | None, in_sync: int | None, *, brokers: int) -> Copies:
    """What was asked for, else as many copies as there are brokers, three at most, and one may be away.

    Raises ValueError where it cannot be had.
    """
    replicas = replicas or policy.replicas(brokers)
    in_sync = in_sync or max(1, replicas - 1)
    if in_sync > replicas:
        raise ValueError(f"--min-insync {in_sync}: with {replicas} copies nothing could ever be written")
    if replicas > brokers:
        raise ValueError(f"--replication {replicas}: the cluster has {brokers} brokers")
    return Copies(replicas, in_sync)


def target_description(name: str, asked: Copies) -> TopicDescription:
    # The policy asks for one copy less in sync than there are; told one more, it asks for ours.
    settings = policy.settings(SPECS[name], asked.in_sync + 1)
    return TopicDescription(partitions=SPECS[name].partitions, replicas=asked.replicas, settings=settings)


def differences(name: str, asked: Copies, found: TopicDescription) -> list[str]:
    """One phrase for each thing that is not as it must be; more copies than asked for are as well."""
    told = []
    if found.partitions != SPECS[name].partitions:
        told.append(
            f"has {found.partitions} partitions, not {SPECS[name].partitions}: that is never changed, since "
            "every key would move; begin with another prefix and replay into it"
        )
    if found.replicas < asked.replicas:
        told.append(
            f"has {found.replicas} copies, not {asked.replicas}: kafka-reassign-partitions.sh adds them"
        )
    as_asked = msgspec.structs.replace(found, replicas=asked.in_sync + 1)
    return told + policy.differences(SPECS[name], as_asked)


def plan_topic(topic: Topic, prefix: str, asked: Copies) -> PlannedTopic:
    return PlannedTopic(
        topic=prefix + topic.name,
        partitions=topic.partitions,
        replicas=asked.replicas,
        key=topic.key,
        partition_by=topic.by,
        writer=topic.writer,
        also=topic.also,
        readers=topic.readers,
        types=tuple(kind.__name__ for kind in topic.types),
        settings=target_description(topic.name, asked).settings,
        about=topic.about,
    )


def retention(name: str) -> str:
    """How long a topic keeps its records, in words."""
    topic = EVERY[name]
    if topic.compact:
        return "last of each key"
    return "for ever" if topic.retention_s is None else f"{topic.retention_s / DAY_S:g} days"
