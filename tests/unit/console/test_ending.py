"""A command of its own process ends at once, and is told as it would be otherwise."""

import os
import subprocess
import sys

import pytest

CODE = (
    "import atexit, sys, services.__main__ as entry;"
    "atexit.register(print, 'last');"
    "entry.cli.main = lambda: ({work}, sys.exit({code}));"
    "entry.main()"
)


def ended(code: str, work: str = "print('said')") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CODE.format(code=code, work=work)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("code", "number"), [("", 0), ("3", 3), ("'why'", 1)])
def test_all_that_was_said_and_the_code_come_through(code: str, number: int) -> None:
    process = ended(code)
    assert process.returncode == number
    assert process.stdout == "said\nlast\n"
    assert process.stderr == ("why\n" if code == "'why'" else "")


def test_a_thread_that_is_at_work_is_waited_for() -> None:
    work = (
        "__import__('threading').Thread(target=lambda: (__import__('time').sleep(.2), print('done'))).start()"
    )
    assert ended("0", work).stdout == "done\nlast\n"


def test_what_nobody_reads_any_more_is_no_success() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", CODE.format(code="0", work="print('said')")]
    process = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert process.returncode != 0
