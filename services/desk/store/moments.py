"""Moments as the read model keeps them: microseconds since the epoch. Pure."""

from datetime import datetime, timedelta

from services.stream.clock import EPOCH, microseconds


def us(at: datetime) -> int:
    return microseconds(at)


def us_or_always(at: datetime | None) -> int:
    """None: after whatever there is."""
    return (1 << 62) if at is None else us(at)


def moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)


def moment_or_none(at_us: int | None) -> datetime | None:
    return None if at_us is None else moment(at_us)
