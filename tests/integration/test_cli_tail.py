import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.contracts.topics import EVERY, ROLES
from tests.unit.console import archives


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tail")
    address = f"sqlite:{folder / 'log.db'}"
    archive = archives.write(folder / "week.jsonl")
    archive.write_bytes(archive.read_bytes() + b"{broken\n")
    apart = {"NEWSFOLD_INGEST__SHARDING": "language"}
    replayed = CliRunner().invoke(main, ["replay", str(archive), "--bus", address], env=apart)
    assert replayed.exit_code == 0
    return address


def test_a_pipe_gets_one_json_object_a_line(bus: str) -> None:
    lines = [json.loads(line) for line in newsfold("tail", "articles", "--bus", bus).output.splitlines()]
    articles = [line for line in lines if line["type"] == "Article"]
    assert len(articles) == len(archives.rows())
    assert set(articles[0]) == {"key", "type", "time", "partition", "offset", "value"}
    assert articles[0]["key"] == articles[0]["value"]["article_id"]


def test_type_and_key_choose(bus: str) -> None:
    marks = newsfold("tail", "articles", "--bus", bus, "--type", "watermark").output.splitlines()
    assert {json.loads(line)["type"] for line in marks} == {"Watermark"}
    one = json.loads(newsfold("tail", "articles", "--bus", bus, "--type", "Article").output.splitlines()[0])
    chosen = newsfold("tail", "articles", "--bus", bus, "--key", one["key"]).output.splitlines()
    assert [json.loads(line) for line in chosen] == [one]


def test_the_last_few_of_each_partition(bus: str) -> None:
    whole = newsfold("tail", "stories", "--bus", bus).output.splitlines()
    last = [
        json.loads(line)
        for line in newsfold("tail", "stories", "--bus", bus, "--from", "-2").output.splitlines()
    ]
    assert len(last) == 4 < len(whole)
    assert newsfold("tail", "stories", "--bus", bus, "--from", "end").output == ""


def test_several_topics_are_one_line_of_time_and_name_themselves(bus: str) -> None:
    told = newsfold("tail", "stories", "story-changes", "--bus", bus).output.splitlines()
    lines = [json.loads(line) for line in told]
    assert {line["topic"] for line in lines} == {"stories", "story-changes"}
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_a_group_is_shown_each_record_once(bus: str) -> None:
    whole = newsfold("tail", "stories", "--bus", bus).output.splitlines()
    assert newsfold("tail", "stories", "--bus", bus, "--group", "desk").output.splitlines() == whole
    assert newsfold("tail", "stories", "--bus", bus, "--group", "desk").output == ""
    assert newsfold("tail", "stories", "--bus", bus, "--group", "other").output.splitlines() == whole


def test_a_time_leaves_out_what_is_older(bus: str) -> None:
    lines = [json.loads(line) for line in newsfold("tail", "stories", "--bus", bus).output.splitlines()]
    middle = sorted(line["time"] for line in lines)[len(lines) // 2]
    late = newsfold("tail", "stories", "--bus", bus, "--since", middle).output.splitlines()
    assert [json.loads(line) for line in late] == [line for line in lines if line["time"] >= middle]
    assert newsfold("tail", "stories", "--bus", bus, "--since", "1h").output == ""


def test_the_documented_newsroom_says_who_had_it_first_and_who_copied(bus: str) -> None:
    told = newsfold("tail", "stories", "story-changes", "--bus", bus).output
    command = [sys.executable, "docs/examples/newsroom.py"]
    shown = subprocess.run(command, input=told, capture_output=True, text=True, timeout=30, check=True).stdout
    assert shown.count("  first: ") == min(10, len(set(re.findall(r'"story_id":"(\w+)"', told))))
    assert "  taken: https://" in shown
    source = Path("docs/examples/newsroom.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 60


def test_dead_letters_tell_why(bus: str) -> None:
    (line,) = newsfold("tail", "dead-letters.ingest", "--bus", bus).output.splitlines()
    letter = json.loads(line)
    assert letter["value"] == "{broken\n"
    assert letter["headers"]["dl_origin"] == "week.jsonl line 41"


def test_a_reader_that_goes_away_is_no_failure(bus: str) -> None:
    command = (
        f"{sys.executable} -m services tail story-changes --bus {bus} | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    first, status = done.stdout.splitlines()
    assert json.loads(first)["type"] == "StoryChange"
    assert status == "0"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["tail", "stories", "--from", "yesterday"], "--from yesterday"),
        (["tail", "stories", "--since", "yesterday"], "--since yesterday"),
        (["tail", "stories", "--since", "2h", "--from", "end"], "both say where to begin"),
        (["tail", "stories", "--group", "a b"], "--group a b"),
        (["tail", "gossip"], "gossip"),
        (["tail", "stories", "--bus", "memory"], "ends with its process"),
        (["tail", "stories", "--bus", "sqlite:absent.db"], "there is no log"),
    ],
)
def test_what_cannot_be_shown_is_refused(words: list[str], part: str) -> None:
    result = newsfold(*words)
    assert result.exit_code == 2
    assert part in result.stderr
    assert not Path("absent.db").exists()


def test_the_help_names_every_topic() -> None:
    told = " ".join(newsfold("tail", "--help").output.split())
    for topic in EVERY:
        role = topic.removesuffix("-state").removeprefix("dead-letters.")
        named = re.search(rf"(?<![\w.-]){re.escape(topic)}(?![\w-])", told)
        assert named or (role in ROLES and topic.replace(role, "ROLE") in told), topic


def test_blocks_between_the_roles_are_told_in_words_and_a_type_to_choose_by(tmp_path: Path) -> None:
    log = f"sqlite:{tmp_path / 'log.db'}"
    assert newsfold("topics", "apply", "--spread", "--bus", log).exit_code == 0
    for topic in EVERY:
        found = newsfold("tail", topic, "--type", "StageBlock", "--bus", log)
        assert (found.exit_code, found.output) == (0, ""), found.output


def test_a_topic_of_a_spread_dedup_is_missed_where_none_ran(bus: str) -> None:
    missed = newsfold("tail", "answers", "--bus", bus)
    assert missed.exit_code == 4
    assert "topic 'answers' does not exist on this log" in missed.output
