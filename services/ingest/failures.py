"""Why what was fetched could not be used, as one short slug of a closed set."""

from services.ingest.readings import FeedReading, PageReading

USABLE = frozenset({"ok", "not_modified"})


def failure_of(reading: FeedReading | PageReading) -> str:
    """How the exchange failed, else why its body was refused; empty where neither did."""
    if reading.outcome not in USABLE:
        return reading.outcome
    return (reading.parsed.refusal or "") if reading.parsed else ""
