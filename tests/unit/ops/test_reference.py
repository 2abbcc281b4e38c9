from pathlib import Path

from services.ops.reference import keys, page

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m services.ops.reference > docs/configuration.md"


def test_every_key_is_on_it_with_its_default() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(list(keys())) > 80
    assert "| `wait_s` | `60.0` | a number from 0 to 3600 | Seconds to wait for a bus that is away" in page()
