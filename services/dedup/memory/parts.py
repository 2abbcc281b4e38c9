"""The arrays of a state by name, so that each owner gives and takes its own, whoever holds it."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from services.stream.service import Part, Parts, buffer

T = TypeVar("T")


class Owner(Protocol):
    """What gives and takes its own."""

    def save(self) -> Parts: ...

    def load(self, parts: Parts) -> None: ...


Holding = Mapping[str, "array[Any] | Owner"]
"""Whose arrays a state is made of, by name."""


def gather(holding: Holding) -> dict[str, Part]:
    """What all of them have, each under its name; columns as they are, to be read before they change."""
    parts: dict[str, Part] = {}
    for name, holder in holding.items():
        parts |= {name: holder} if isinstance(holder, array) else under(name, holder.save())
    return parts


def scatter(holding: Holding, parts: Parts) -> None:
    """The way back from `gather`."""
    for name, holder in holding.items():
        if isinstance(holder, array):
            refill(holder, parts[name])
        else:
            holder.load(within(name, parts))


def under(name: str, parts: Parts) -> dict[str, Part]:
    """Parts of what is held under a name."""
    return {f"{name}.{key}": part for key, part in parts.items()}


def within(name: str, parts: Parts) -> dict[str, Part]:
    """The way back from `under`."""
    return {key[len(name) + 1 :]: part for key, part in parts.items() if key.startswith(f"{name}.")}


def refill(column: "array[Any]", part: Part) -> None:
    """Let a column hold what a part has, whatever it held."""
    del column[:]
    column.frombytes(buffer(part))


def array_of(part: Part, kind: npt.DTypeLike, shape: tuple[int, ...] = (-1,)) -> npt.NDArray[Any]:
    """An array of one's own."""
    return np.frombuffer(buffer(part), kind).reshape(shape).copy()


def pack_facts(value: object) -> bytes:
    """What is no array."""
    return msgspec.msgpack.encode(value)


def unpack_facts(part: Part, kind: type[T]) -> T:
    """The way back from `pack_facts`."""
    return msgspec.msgpack.decode(buffer(part), type=kind)


def values(of: Mapping[int, bytes]) -> dict[str, Part]:
    """Bytes by number."""
    lengths = array("Q", map(len, of.values()))
    return {"numbers": array("Q", of), "lengths": lengths, "values": b"".join(of.values())}


def each_value(parts: Parts) -> Iterator[tuple[int, bytes]]:
    """The way back from `values`."""
    whole, end = buffer(parts["values"]), 0
    for number, length in zip(_integers(parts["numbers"]), _integers(parts["lengths"]), strict=True):
        yield number, bytes(whole[end : end + length])
        end += length


def _integers(part: Part) -> Iterable[int]:
    read: list[int] = np.frombuffer(buffer(part), np.uint64).tolist()
    return read
