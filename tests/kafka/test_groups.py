"""Dedup over Kafka as one process and in groups: what the measurement of both says and compares."""

import json
from pathlib import Path

import pytest

from tests.kafka import groups, session

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


@pytest.mark.proof
def test_one_process_groups_and_no_bus_at_all_give_the_same_bytes_with_a_story_of_many_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session.own()
    monkeypatch.setattr(groups, "OUT", tmp_path / "out.json")
    assert groups.main(["--articles", "900", "--story", "120", "--per-second", "40", "--warm", "300"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("the same bytes\n")
    assert "most within" in said
    told = json.loads((tmp_path / "out.json").read_text())
    assert len(set(told["digests"].values())) == 1
    assert told["looks"]["groups"][-1]["fed"] > 1020
    assert min(told["cpu, µs an article"]["groups"].values()) > 0
