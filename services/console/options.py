"""Options that several commands share."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.ops.config import Settings, load

FILE = click.Path(path_type=Path)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Span(click.ParamType[float]):
    """A time such as `90s`, `15m`, `1h`, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, int | float):
            return float(value)
        seconds = seconds_of(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no time; write it as 90s, 15m, 1h or 2d", param, ctx)
        return seconds


class Moment(click.ParamType[datetime]):
    """A date, or a date and a time as in RFC 3339; without an offset it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no time; write it as 2026-03-02 or 2026-03-02T06:30:00Z", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def _settings(_ctx: click.Context, _parameter: click.Parameter, path: Path | None) -> Settings:
    return load(path, os.environ)


config_option = click.option(
    "--config",
    "settings",
    type=FILE,
    callback=_settings,
    metavar="FILE",
    help="TOML settings. NEWSFOLD_<SECTION>__<KEY> in the environment wins over them.",
)


def seconds_of(span: str) -> float | None:
    """Seconds of a time such as `90s`; None for what is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", span.strip())
    return float(match[1]) * _UNITS[match[2]] if match else None
