"""Work in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def begin_in_thread(work: Callable[[], T]) -> Callable[[], T]:
    """What waits for its result, and raises what it raised. The thread ends with the work."""
    threads = ThreadPoolExecutor(1, "beside")
    future = threads.submit(work)
    threads.shutdown(wait=False)
    return future.result
