import re

import click
import pytest
from click.testing import CliRunner

from services.cli import main
from services.ops.exits import MEANING, Exit


def commands(group: click.Group, *path: str) -> list[list[str]]:
    found: list[list[str]] = []
    for name, command in group.commands.items():
        found.append([*path, name])
        if isinstance(command, click.Group):
            found += commands(command, *path, name)
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_help_of_every_command_teaches_by_example(path: list[str]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"Examples:\n(?:.*\n)*?\s+newsfold {' '.join(path)}\b", result.output), result.output
    assert max(map(len, result.output.splitlines())) <= 110


def test_help_lists_every_exit_code() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert set(MEANING) == set(Exit)
    for code, meaning in MEANING.items():
        assert re.search(rf"^\s*{code.value}  {re.escape(meaning)}$", result.output, re.MULTILINE), code


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(main, ["--version"]).output.startswith("newsfold, version ")


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["replai"]).exit_code == Exit.USAGE
