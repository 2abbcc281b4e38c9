"""Options that several commands share."""

import os
from pathlib import Path

import click

from services.ops.config import Settings, load

FILE = click.Path(path_type=Path)


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
