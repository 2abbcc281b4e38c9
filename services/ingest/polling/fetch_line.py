"""What the one line of a fetch in the log says: what became of it, and nothing of what it brought. Pure."""

from typing import Any

from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed, ParsedPage


def fetch_line(
    exchange: Exchange, parsed: ParsedFeed | ParsedPage | None, seconds: float, *, feed_id: str = ""
) -> dict[str, Any]:
    """`seconds`: from the request to the end of parsing. Without `feed_id` it was a page."""
    told: dict[str, Any] = {
        "url": exchange.url,
        "outcome": exchange.outcome,
        "status": exchange.status,
        "bytes": exchange.wire_bytes,
        "duration_ms": round(1000 * seconds),
    }
    more = {
        "feed_id": feed_id,
        "final_url": exchange.final_url,
        "reason": exchange.reason,
        "refused": (parsed.refusal or "") if parsed else "",
        "entries": len(parsed.entries) if isinstance(parsed, ParsedFeed) else 0,
    }
    return told | {name: value for name, value in more.items() if value}
