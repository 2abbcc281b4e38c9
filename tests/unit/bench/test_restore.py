import pytest

from bench import restore


def test_all_ways_back_to_a_state_are_measured_and_lead_to_the_same_records(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    assert restore.main(["--articles", "300"]) == 0
    told = capsys.readouterr().out.splitlines()
    by_log, by_image, _ = [int(line.split(" | ")[2]) for line in told[2:5]]
    assert 0 < by_image < by_log / 2
    assert "a standby" in told[4]
    assert "pause" in told[5]


def test_a_range_of_keys_is_restored_from_its_image_and_what_came_behind_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    assert restore.main(["--of", "range", "--articles", "12000", "--rounds", "2"]) == 0
    told = capsys.readouterr().out.splitlines()
    by_log, by_image, _ = [int(line.split(" | ")[2]) for line in told[2:5]]
    assert 0 < by_image < by_log / 4
    assert "times as fast as from the log" in told[6]
