"""What the pages say is there: links, commands, topics, output; and what must stand in no file is not."""

import inspect
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby, takewhile
from pathlib import Path

import click
import pytest

from services.cli import main
from services.contracts.topics import DAY_S, SPREAD, TOPICS, Topic
from services.ops.exits import MEANING

ROOT = Path(__file__).parents[2]
PROSE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```(?!python|text)[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?(newsfold .+)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
EXAMPLE = re.compile(r"^(?:  |[A-Z][a-z ]+: +)(newsfold [a-z].+)")
SHELL = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<"})
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*(\.\.\.|…)?")
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.~])/(?:work|home|root|tmp|Users)/\w"),
    "a package registry": re.compile(
        # In pieces, so that this file does not name what it forbids.
        r"\b(?:py(?:pi|thon(?=hosted)hosted)|npm(?:js)|crates|proxy\.golang|(?:repo1?\.)(?:maven)|(?:deb)\.debian)"
        r"\.(?:org|com|io|apache\.org)\b"
    ),
}


@cache
def tracked() -> tuple[str, ...]:
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip("not a git work tree: nobody can say which files belong to it")
    return tuple(name for name in asked.stdout.split("\0") if name and (ROOT / name).is_file())


def pages() -> list[str]:
    return [name for name in tracked() if name.endswith(".md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    """As code hosts make them: lower case, no punctuation, hyphens for blanks."""
    heads = re.findall(r"^#+ +(.+)$", PROSE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links() -> Iterator[tuple[str, str]]:
    for name in pages():
        for target in LINK.findall(INLINE.sub("", PROSE.sub("", read(name)))):
            if not re.match(r"[a-z]+:", target):
                yield name, target


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    for name, target in links():
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(f"{name}: {target}")
    assert not broken


def words(line: str) -> list[str]:
    """The words of the first command on a shell line."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(takewhile(lambda word: word not in SHELL, lexer))


def commands() -> Iterator[tuple[str, str, bool]]:
    """Page, command line, and whether it is meant to be typed as it stands."""
    for name in pages():
        page = read(name)
        for block in FENCED.findall(page):
            for line in block.replace("\\\n", " ").splitlines():
                if found := COMMAND.match(line.strip()):
                    yield name, found[1], True
        for span in INLINE.findall(PROSE.sub("", page)):
            if found := COMMAND.match(span):
                yield name, found[1], False


def examples(command: click.Command, told: str = "newsfold") -> Iterator[tuple[str, str, bool]]:
    """What `--help` shows of `command` and of all below it."""
    for line in inspect.cleandoc(command.help or "").splitlines():
        if found := EXAMPLE.match(line):
            yield f"{told} --help", re.split(r" {3,}", found[1])[0], True
    for name, child in command.commands.items() if isinstance(command, click.Group) else ():
        yield from examples(child, f"{told} {name}")


def complaint(line: str, *, whole: bool) -> str:
    """Why `newsfold` would not take the line; empty where it would. Runs nothing and reads no file."""
    try:
        _, *given = words(line)
        command: click.Command = main
        context = click.Context(main, info_name="newsfold")
        while isinstance(command, click.Group) and given and not given[0].startswith("-"):
            if command.get_command(context, given[0]) is None:
                return f"no command {given[0]}"
            command = command.commands[given.pop(0)]
            context = click.Context(command, info_name=command.name, parent=context)
        if whole and isinstance(command, click.Group) and not given:
            return "a subcommand is missing"
        if whole or given:
            _check(command, context, given)
    except (click.UsageError, ValueError) as error:
        return str(error)
    return ""


def _check(command: click.Command, context: click.Context, given: list[str]) -> None:
    values, rest, _ = command.make_parser(context).parse_args(given)
    if rest and not isinstance(command, click.Group):
        raise ValueError(f"too many arguments: {rest}")
    for parameter in command.params:
        value = values.get(parameter.name or "")
        if parameter.required and not isinstance(value, str | tuple | list):
            raise ValueError(f"{parameter.name} is missing")
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str) and not PLACEHOLDER.fullmatch(one):
                parameter.type.convert(one, parameter, context)


def test_every_command_on_a_page_parses() -> None:
    wrong = [
        f"{name}: {line}: {why}" for name, line, whole in commands() if (why := complaint(line, whole=whole))
    ]
    assert not wrong


def test_every_example_in_a_help_text_parses() -> None:
    shown = list(examples(main))
    assert len(shown) > 10
    assert not [f"{where}: {line}: {why}" for where, line, _ in shown if (why := complaint(line, whole=True))]


@pytest.mark.parametrize(
    "line",
    [
        "newsfold fly",
        "newsfold run everything",
        "newsfold replay x.warc --spede max",
        "newsfold feeds import",
        "newsfold tail storys",
        "newsfold doctor stories",
    ],
)
def test_a_wrong_command_would_be_noticed(line: str) -> None:
    assert complaint(line, whole=True)


def test_every_make_target_on_a_page_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {(name, target) for name in pages() for target in MAKE.findall(read(name))}
    assert named
    assert not {(name, target) for name, target in named if target not in targets}


TREE_PATH = re.compile(r"(?:services|bench|tests|docs|deploy)/[\w./-]+")
MODULE_RUN = re.compile(r"python -m ([a-z][\w.]+)")
MADE_UP = frozenset({"tests/contracts/samples/Story.full-countries.json"})
"""Files that a page asks its reader to write."""


@pytest.mark.parametrize("page", ["docs/extending.md", "CONTRIBUTING.md"])
def test_a_page_for_developers_names_files_and_modules_that_are_there(page: str) -> None:
    text = read(page)
    paths = set(TREE_PATH.findall(text)) - MADE_UP
    modules = {name for name in MODULE_RUN.findall(text) if name not in {"pytest", "mypy"}}
    assert paths
    assert modules
    assert [path for path in sorted(paths) if not (ROOT / path.rstrip(".")).exists()] == []
    assert [name for name in sorted(modules) if find_spec(name) is None] == []


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("services/contracts/relations.py", ["ScreenReason"]),
        ("services/contracts/clusters.py", ["Member"]),
        ("services/contracts/sketches.py", ["Scheme", "version"]),
        ("services/dedup/text/screens.py", ["Screen", "screen"]),
        ("services/console/explain/wording.py", ["_REASONS", "_KINDS", "_DIRECTIONS"]),
        ("services/console/explain/show.py", ["_STYLES"]),
    ],
)
def test_what_the_page_on_extending_names_is_in_the_file_it_names(file: str, names: list[str]) -> None:
    page, content = read("docs/extending.md"), read(file)
    assert file in page
    for name in names:
        assert f"`{name}`" in page
        assert re.search(rf"^(?:class |def |    |){name}\b", content, re.MULTILINE), name


def test_the_table_of_commands_names_all_of_them() -> None:
    table = set(re.findall(r"^\| `newsfold ([a-z]+)", read("README.md"), re.MULTILINE))
    assert table == set(main.commands)


def row(topic: Topic) -> str:
    kept = "last of each key" if topic.compact else f"{(topic.retention_s or 0) // DAY_S} days"
    way = f"{', '.join((topic.writer, *topic.also))} → {', '.join(topic.readers)}"
    return f"| `{topic.name}` | {topic.key} | {topic.by} | {topic.partitions} | {kept} | {way} |"


@pytest.mark.parametrize("topic", [*TOPICS, *SPREAD], ids=lambda topic: topic.name)
def test_the_architecture_page_shows_the_topic_as_it_is(topic: Topic) -> None:
    assert row(topic) in read("docs/architecture.md").splitlines()


def test_the_replay_page_tells_exit_codes_that_exist() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", read("docs/replay.md"), re.MULTILINE)}
    assert told
    assert told <= {code.value for code in MEANING}


def test_the_glossary_is_in_alphabetical_order() -> None:
    terms = re.findall(r"^- \*\*([^*]+)\*\*: ", read("docs/glossary.md"), re.MULTILINE)
    bare = [re.sub(r"[^a-z]", "", term.lower()) for term in terms]
    assert len(bare) > 50
    assert [key for key, _ in groupby(sorted(bare))] == bare


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[([^\]]+)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert version in headings


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = []
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" in content[:8192]:
            continue
        if hit := FORBIDDEN[what].search(content.decode("utf-8", "replace")):
            found.append(f"{name}: {hit[0]}")
    assert not found
