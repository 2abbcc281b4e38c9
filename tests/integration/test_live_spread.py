"""What processes of a dedup tell of themselves, as somebody who is paged would ask them."""

import urllib.request
from pathlib import Path

import pytest

from services.ops.metrics import PREFIX
from tests.deploy.prometheus import newsfold


@pytest.mark.parametrize(("what", "told"), [("dedup", "0.0"), ("fold", "1.0"), ("plan", None)])
def test_dedup_tells_whether_the_roles_tell_it(what: str, told: str | None, tmp_path: Path) -> None:
    with newsfold(tmp_path, what) as port, urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as said:
        lines = dict(line.rsplit(" ", 1) for line in said.read().decode().splitlines())
    assert lines.get(f"{PREFIX}dedup_spread") == told
    service = "plan" if what == "plan" else "dedup"
    assert lines[f'{PREFIX}ready{{service="{service}"}}'] == "1.0"
