"""Two sorted streams side by side, so that no export has to be in memory."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

Pair = tuple[bytes, bytes]
Lines = list[bytes]


def join(before: Iterable[Pair], after: Iterable[Pair]) -> Iterator[tuple[bytes, Lines, Lines]]:
    """Every key with its lines on either side, where these are not the same. Both come sorted."""
    left, right = _grouped(before), _grouped(after)
    one, other = next(left, None), next(right, None)
    while one or other:
        if other is None or (one and one[0] < other[0]):
            assert one is not None
            yield one[0], one[1], []
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], [], other[1]
            other = next(right, None)
        else:
            if one[1] != other[1]:
                yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)


def _grouped(pairs: Iterable[Pair]) -> Iterator[tuple[bytes, Lines]]:
    for key, group in groupby(pairs, itemgetter(0)):
        yield key, [line for _, line in group]
