"""Types that several threads read for the first time at once: without the lock the process ends."""

import subprocess
import sys

PROGRAM = """
import sys, threading, msgspec
from services.desk.decoders import decoder_of

sys.setswitchinterval(1e-6)
for number in range(100):
    inner = msgspec.defstruct(f"Inner{number}", [(f"field_{n}", int | None, None) for n in range(20)])
    outer = msgspec.defstruct(f"Outer{number}", [("one", inner), ("all", tuple[inner, ...])])
    barrier, read = threading.Barrier(4), []

    def first():
        barrier.wait()
        read.append(decoder_of(outer).decode(b'{"one": {"field_1": 1}, "all": [{"field_2": 2}]}'))

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found.one.field_1 for found in read] == [1] * 4
"""


def test_threads_that_are_the_first_to_read_a_type_do_not_end_the_process() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, timeout=100, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
