from pathlib import Path

import msgspec
import pytest

from services.dedup.settings import DedupSettings
from services.ops.config import BadConfig, Settings, load
from services.ops.exits import Exit


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "newsfold.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str, **environ: str) -> str:
    with pytest.raises(BadConfig) as refused:
        load(written(tmp_path, text), environ)
    assert refused.value.code is Exit.USAGE
    assert "\n" not in refused.value.line
    return refused.value.line


def test_nothing_given_means_the_defaults() -> None:
    assert load(None, {}) == Settings()
    assert load(None, {"PATH": "/bin", "NEWSFOLD_PRESS_DATA": "elsewhere"}).dedup == DedupSettings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[bus]\nurl = "memory"\nwait_s = 5\n[dedup]\nwindow_days = 7\n')
    settings = load(path, {"NEWSFOLD_BUS__WAIT_S": "2.5", "NEWSFOLD_OPS__EXPOSE": "true"})
    assert settings.bus.url == "memory"
    assert settings.bus.wait_s == 2.5
    assert settings.dedup.window_days == 7
    assert settings.ops.expose is True


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load(None, {}).bus.url = "memory"  # type: ignore[misc]


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    line = refusal(tmp_path, "[dedup]\nwindow_dys = 7\n")
    assert "newsfold.toml" in line
    assert "dedup.window_dys" in line
    assert "did you mean window_days?" in line


def test_an_unknown_section_is_refused(tmp_path: Path) -> None:
    assert "unknown section [dedupe]; did you mean dedup?" in refusal(tmp_path, "[dedupe]\nx = 1\n")


def test_a_key_outside_a_section_is_refused(tmp_path: Path) -> None:
    assert "url stands outside a section" in refusal(tmp_path, 'url = "memory"\n')


def test_a_wrong_type_is_refused_with_what_is_allowed(tmp_path: Path) -> None:
    line = refusal(tmp_path, '[dedup]\nwindow_days = "a week"\n')
    assert "dedup.window_days is 'a week'; allowed: a whole number from 1 to 365" in line


def test_a_value_out_of_range_names_the_variable_and_the_range(tmp_path: Path) -> None:
    line = refusal(tmp_path, "", NEWSFOLD_REPLAY__WORKERS="1000")
    assert "NEWSFOLD_REPLAY__WORKERS: replay.workers is '1000'; allowed: a whole number from 1 to 64" in line


def test_a_word_that_is_not_one_of_the_choices_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, '[ops]\nlog_format = "xml"\n')
    assert "allowed: one of auto, console, json" in line


def test_a_variable_with_one_underscore_too_few_is_not_silently_ignored(tmp_path: Path) -> None:
    assert "NEWSFOLD_BUS__URL" in refusal(tmp_path, "", NEWSFOLD_BUS_URL="memory")


@pytest.mark.parametrize("text", ["[bus\n", "\x00", "= 3"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    assert "not TOML" in refusal(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"absent\.toml: cannot be read"):
        load(tmp_path / "absent.toml", {})


def test_an_address_that_others_can_reach_needs_expose(tmp_path: Path) -> None:
    assert "expose = true" in refusal(tmp_path, '[ops]\nlisten = "0.0.0.0:9464"\n')
    assert load(written(tmp_path, '[ops]\nlisten = "0.0.0.0:9464"\nexpose = true\n'), {}).ops.expose
    assert load(written(tmp_path, '[ops]\nlisten = "[::1]:0"\n'), {}).ops.address() == ("::1", 0)


def test_a_secret_comes_by_file_and_never_shows(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("hush-hush\n", encoding="utf-8")
    settings = load(written(tmp_path, f'[ops]\ntoken_file = "{secret}"\n'), {})
    assert settings.ops.token.reveal() == "hush-hush"
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.ops.token)


def test_a_secret_of_the_wrong_type_is_refused_without_showing_it(tmp_path: Path) -> None:
    line = refusal(tmp_path, "[ops]\ntoken = 123456\n")
    assert "ops.token" in line
    assert "123456" not in line


def test_a_missing_secret_file_is_refused(tmp_path: Path) -> None:
    assert "ops.token_file cannot be read" in refusal(
        tmp_path, "", NEWSFOLD_OPS__TOKEN_FILE="/nonexistent/token"
    )


def test_every_number_that_can_be_set_has_a_range() -> None:
    unbounded = [
        f"{section.name}.{field.name}"
        for section in msgspec.structs.fields(Settings)
        for field in msgspec.structs.fields(section.type)
        for kind in [msgspec.inspect.type_info(field.type)]
        if isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType)
        and (kind.le is None or (kind.ge is None and kind.gt is None))
    ]
    assert unbounded == []
