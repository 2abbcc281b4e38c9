import pytest

from bench import restore


def test_both_ways_of_starting_a_standby_are_measured_and_lead_to_the_same_records(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    assert restore.main(["--articles", "300"]) == 0
    told = capsys.readouterr().out.splitlines()
    by_log, by_image = [int(line.split(" | ")[2]) for line in told[2:4]]
    assert 0 < by_image < by_log / 2
    assert "pause" in told[4]
