"""Where dedup is spread: do its roles bring what the fold waits for?"""

from deploy.monitoring.alert import COUNT, SERVICE, SPAN, Alert, Case, Fires, Group, Told
from deploy.monitoring.thresholds import LAG_S

FOLDS = "max(newsfold_dedup_spread) == 1"
"""Somebody depends on the roles; while they only run beside `run dedup` nobody does."""
_FED = (
    ("plan", "ingest", "articles"),
    ("sign", "plan", "spans"),
    ("range", "sign", "keys"),
    ("pair", "sign", "pairs"),
)
"""Each role with whom it lives on, and by which topic."""
_UNANSWERED = 'sum(newsfold_held_records{service="dedup"}) - sum(newsfold_reorder_buffer_records)'
"""What the fold holds and does not hold for the sake of order."""


def _starving(role: str, feeder: str, topic: str) -> str:
    taken = f'sum by (service) (increase(newsfold_records_in_total{{service="{role}"}}[10m])) == 0'
    given = f'sum(increase(newsfold_records_out_total{{service="{feeder}",topic="{topic}"}}[10m])) > 0'
    return f"{taken} and on () {given}"


def _hand_over(given: str, taken: str) -> dict[str, str]:
    """Of sign to range."""
    return {
        "newsfold_dedup_spread": "1x30",
        'newsfold_records_out_total{service="sign",topic="keys"}': given,
        'newsfold_records_in_total{service="range",topic="keys"}': taken,
    }


def _waiting(held: str, ordered: str, decided: str) -> dict[str, str]:
    return {
        "newsfold_dedup_spread": "1x40",
        'newsfold_held_records{service="dedup"}': held,
        'newsfold_reorder_buffer_records{shard="0"}': ordered,
        'newsfold_articles_total{kind="new"}': decided,
    }


STILL = Alert(
    name="SpreadRoleStill",
    expr=(
        f"({' or '.join(_starving(*one) for one in _FED)}) and on () ({FOLDS}) "
        "unless on (service) max by (service) (newsfold_state_restore_started_timestamp_seconds) > 0"
    ),
    wait="5m",
    severity="critical",
    summary="A role of a spread dedup takes nothing of what it is given, and the fold waits for it.",
    description=f"{SERVICE} has taken nothing for 10 minutes, though there was something for it.",
    fires=Fires(
        series=_hand_over("0+16x30", "0+16x10 160x20"),
        at="27m",
        told=(
            Told(
                "range has taken nothing for 10 minutes, though there was something for it.",
                {"service": "range"},
            ),
        ),
    ),
    # It is given nothing: a quiet night, or the role before it is the one to look at.
    quiet=Case(series=_hand_over("0+16x10 160x20", "0+16x10 160x20"), at="27m"),
)
UNDECIDED = Alert(
    name="SpreadUndecided",
    expr=(f"({_UNANSWERED}) > 0 unless sum(increase(newsfold_articles_total[10m])) > 0 and on () ({FOLDS})"),
    wait="5m",
    severity="critical",
    summary="The fold of a spread dedup gets no answers, so nothing is decided.",
    description=f"{COUNT} articles wait for what the roles find out, and none was decided for 10 minutes.",
    fires=Fires(
        series=_waiting("0+12x30", "2x30", "0+10x5 50x25"),
        at="25m",
        told=(Told("298 articles wait for what the roles find out, and none was decided for 10 minutes."),),
    ),
    # They wait for a watermark, which has an alert of its own.
    quiet=Case(series=_waiting("0+12x30", "0+12x30", "0+10x5 50x25"), at="25m"),
)
LATE = Alert(
    name="SpreadLate",
    expr=(f"({_UNANSWERED}) / (sum(rate(newsfold_articles_total[10m])) > 0) > {LAG_S} and on () ({FOLDS})"),
    wait="15m",
    severity="warning",
    summary="The roles of a spread dedup find out less than comes in.",
    description=f"At this pace an article waits {SPAN} for what the roles find out.",
    fires=Fires(
        series=_waiting("600x40", "0x40", "0+60x40"),
        at="35m",
        told=(Told("At this pace an article waits 10m 0s for what the roles find out."),),
    ),
    quiet=Case(series=_waiting("60x40", "0x40", "0+60x40"), at="35m"),
)
GROUP = Group(name="spread", alerts=(STILL, UNDECIDED, LATE))
