"""Are the newsrooms served in time? Burn rates of the objective for the age of stories."""

from deploy.monitoring import slo
from deploy.monitoring.alert import SHARE, Alert, Case, Fires, Group, Sample, Told
from deploy.monitoring.thresholds import AGE_BOUND_S, AGE_GOAL

_BOUND = f"{AGE_BOUND_S:g}"
_COUNT = 'newsfold_story_age_seconds_count{path="live"}'
_IN_TIME = f'newsfold_story_age_seconds_bucket{{path="live",le="{AGE_BOUND_S}"}}'


def _seen(count: str, in_time: str) -> dict[str, str]:
    return {_COUNT: count, _IN_TIME: in_time}


def _text(span: str) -> str:
    return (
        f"{SHARE} of the live articles of the last {span} waited more than {_BOUND} s for their story; "
        f"{1 - AGE_GOAL:.0%} may."
    )


BURN = Alert(
    name="StoryAgeBudgetBurn",
    expr=f"{slo.burns(14.4, '1h', '5m')} {slo.enough()}",
    wait="2m",
    severity="critical",
    summary="Stories come so late that the budget of four weeks is gone in two days.",
    description=_text("hour"),
    fires=Fires(
        series=_seen("0+10x80", "0+8x80"),
        at="75m",
        told=(
            Told("20% of the live articles of the last hour waited more than 120 s for their story; 1% may."),
        ),
    ),
    # As late, but a night's trickle: 30 articles an hour.
    quiet=Case(series=_seen("0+1x80", "0+0x80"), at="75m"),
)
SLOW = Alert(
    name="StoryAgeBudgetBurnSlow",
    expr=f"{slo.burns(6, '6h', '30m')} {slo.enough()}",
    wait="15m",
    severity="critical",
    summary="Stories come so late that the budget of four weeks is gone in five days.",
    description=_text("6 hours"),
    fires=Fires(
        series=_seen("0+10x420", "0+9x420"),
        at="400m",
        told=(
            Told(
                "10% of the live articles of the last 6 hours waited more than 120 s for their story; 1% may."
            ),
        ),
    ),
    # It was as bad for hours and is over.
    quiet=Case(series=_seen("0+10x420", "0+9x360 3250+10x60"), at="400m"),
)
DRAIN = Alert(
    name="StoryAgeBudgetDrain",
    expr=f"{slo.burns(3, '1d', '2h')} or {slo.burns(1, '3d', '6h')}",
    wait="1h",
    severity="warning",
    summary="Stories come late often enough that the objective will be missed.",
    description=_text("days"),
    fires=Fires(
        series=_seen("0+100x1600", "0+95x1600"),
        at="1580m",
        told=(
            Told("5% of the live articles of the last days waited more than 120 s for their story; 1% may."),
        ),
    ),
    quiet=Case(series=_seen("0+1000x1600", "0+995x1600"), at="1580m"),
)
SAMPLES = (
    Sample(
        name="nothing was published, so nothing was late",
        expr=f"{slo.LATE}1h",
        series=_seen("7x120", "7x120"),
        at="2h",
        value=0,
    ),
    Sample(
        name="one in a thousand late leaves nine tenths of the budget",
        expr=slo.AGE_BUDGET,
        series=_seen("0+1000x1440", "0+999x1440"),
        at="1d",
        value=0.9,
    ),
    Sample(
        name="two in a hundred late is twice the budget",
        expr=slo.AGE_BUDGET,
        series=_seen("0+100x1440", "0+98x1440"),
        at="1d",
        value=-1,
    ),
)
GROUP = Group(name="age", records=slo.age_records(), alerts=(BURN, SLOW, DRAIN), samples=SAMPLES, step="5m")
