import pytest

from bench import restore


def test_both_ways_of_starting_a_standby_are_measured_and_lead_to_the_same_records(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    assert restore.main(["--articles", "300"]) == 0
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    by_log, by_snapshot = [[int(line[2]), int(line[3])] for line in lines]
    assert by_log[1] == 0
    assert 0 < by_snapshot[1] < by_snapshot[0] <= by_log[0]
