"""Work on both cores: NumPy and SciPy let go of Python's lock while they compute."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

THREADS = 2
Part = TypeVar("Part")
Result = TypeVar("Result")


def in_turn(work: Callable[[Part], Result], parts: Iterable[Part], threads: int = THREADS) -> Iterator[Result]:
    """
    The results in the order of the parts, of which no more are begun than there are threads. Each computes on one: the same parts have
    the same results to the last bit, however busy the machine is.
    """
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        begun = []
        for part in parts:
            begun.append(pool.submit(work, part))
            if len(begun) > threads:
                yield begun.pop(0).result()
        for one in begun:
            yield one.result()
