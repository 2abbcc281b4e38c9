"""Moments as the read model keeps them: microseconds since the epoch. Pure."""

from datetime import datetime, timedelta

from services.stream.clock import EPOCH


def us(at: datetime) -> int:
    """Exactly, and without the division of two `timedelta`, which takes three times as long."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def us_or_always(at: datetime | None) -> int:
    """None: after whatever there is."""
    return (1 << 62) if at is None else us(at)


def moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)


def moment_or_none(at_us: int | None) -> datetime | None:
    return None if at_us is None else moment(at_us)
