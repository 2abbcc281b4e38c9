"""Time stamps as publishers write them, to moments in UTC."""

from datetime import UTC, datetime, timedelta

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)


def moment(stamp: str) -> datetime | None:
    """An RFC 3339 or ISO 8601 time as UTC; None where it is none. A date alone is its midnight."""
    try:
        read = datetime.fromisoformat(stamp.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
