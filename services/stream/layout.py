"""What the topics are, and what may be done to them: the checks every embedded log shares.

Pure: each function takes the known topics and raises `Fatal` with a sentence for people.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.stream.bus import Fatal, Output, Partition, TopicSpec

Topics = Mapping[str, TopicSpec]


def spec_of(topics: Topics, name: str) -> TopicSpec:
    try:
        return topics[name]
    except KeyError:
        raise Fatal(f"topic {name!r} does not exist on this log; create the topics first") from None


def to_create(topics: Topics, wanted: Sequence[TopicSpec]) -> list[TopicSpec]:
    """The wanted topics that are new, or whose cleanup changed."""
    for spec in wanted:
        known = topics.get(spec.name)
        if spec.partitions < 1:
            raise Fatal(f"topic {spec.name!r} needs at least one partition, not {spec.partitions}")
        if known is not None and known.partitions != spec.partitions:
            raise Fatal(
                f"topic {spec.name!r} has {known.partitions} partitions on this log, "
                f"{spec.partitions} were asked for; a partition count never changes: use a new log or topic"
            )
    return [spec for spec in wanted if topics.get(spec.name) != spec]


def check_partition(topics: Topics, partition: Partition) -> TopicSpec:
    spec = spec_of(topics, partition.topic)
    if not 0 <= partition.number < spec.partitions:
        raise Fatal(
            f"topic {partition.topic!r} has partitions 0 to {spec.partitions - 1}, not {partition.number}"
        )
    return spec


def check_outputs(topics: Topics, outputs: Sequence[Output]) -> None:
    keyless = {output.partition for output in outputs if output.key is None}
    for partition in {output.partition for output in outputs}:
        spec = check_partition(topics, partition)
        if spec.compact and partition in keyless:
            raise Fatal(f"topic {spec.name!r} is compacted, so every record needs a key; one has none")


def check_consumed(inputs: frozenset[Partition], consumed: Iterable[Partition]) -> None:
    foreign = sorted(set(consumed) - inputs)
    if foreign:
        named = ", ".join(f"{topic}/{number}" for topic, number in foreign)
        raise Fatal(f"offsets of {named} were to be committed by a writer that does not own them")


def common_partition_count(topics: Topics, names: Sequence[str]) -> int:
    """How many numbers a group over these topics shares out."""
    counts = {name: spec_of(topics, name).partitions for name in names}
    if len(set(counts.values())) != 1:
        told = ", ".join(f"{name!r} {count}" for name, count in counts.items()) or "no topics"
        raise Fatal(f"topics of one group need the same number of partitions, but found: {told}")
    return next(iter(counts.values()))
