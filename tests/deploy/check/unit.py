"""The systemd unit, as systemd itself reads it."""

import re
import shutil
import subprocess

from tests.deploy.check.compose import ROOT
from tests.deploy.check.site import Site
from tests.deploy.check.verdict import Failed, Skipped, demand

UNIT = ROOT / "deploy" / "systemd" / "newsfold.service"
MOST = 2.0
"""Of ten: systemd's own measure of what a service could do to its machine."""


def verifies(site: Site) -> str:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        raise Skipped("systemd-analyze is not installed; Debian's package systemd has it")
    copy = site.folder / UNIT.name
    # The program of the unit is not installed here; any other stands for it.
    copy.write_text(UNIT.read_text().replace("/opt/newsfold/bin/newsfold", "/usr/bin/env"))
    verified = _run(tool, "verify", "--man=no", str(copy))
    demand(not verified.strip(), verified.strip()[-400:])
    told = re.search(r"exposure level for \S+: ([\d.]+)", _run(tool, "security", "--offline=true", str(copy)))
    if told is None:
        raise Skipped("this systemd-analyze cannot tell exposure offline; systemd 250 or newer can")
    demand(float(told[1]) <= MOST, f"exposure {told[1]} of 10")
    return f"verified; exposure {told[1]} of 10; no systemd runs here, so it was not started"


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode and not done.stdout:
        raise Failed(done.stderr.strip()[-400:])
    return done.stdout + done.stderr
