"""Parts what clients bought into what was known and what they bought next."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from .interactions import Interactions, numbering


@dataclass(frozen=True)
class Split:
    """
    known: purchases that may be learnt from. days: [clients of known] the day on which a list is made for each.
    bought: [clients, products of known] what each bought next. again: whether that may be what they had bought before.
    newcomers: clients of whom nothing is known; their days, and what they bought first.
    """

    known: Interactions
    days: np.ndarray
    bought: sparse.csr_matrix
    again: bool
    newcomers: tuple[np.ndarray, sparse.csr_matrix]


#: Parts a history: as one was parted, so its known part is parted again, a step earlier.
Splitter = Callable[[Interactions], Split]


def by_days(length: int, again: bool) -> Splitter:
    """The last days, for all clients alike."""

    def split(history: Interactions) -> Split:
        start = history.end - length if len(history.day) else 0
        return part(history, np.full(history.shape[0], start, np.int32), again)

    return split


def by_last_basket(history: Interactions) -> Split:
    """Each client's last day. What others bought later is known."""
    return part(history, last_days(history), again=True)


def last_days(history: Interactions) -> np.ndarray:
    """[clients] the day of each one's last purchase."""
    last = np.full(history.shape[0], history.day.min(initial=0), np.int32)
    np.maximum.at(last, history.client, history.day)
    return last


def part(history: Interactions, days: np.ndarray, again: bool) -> Split:
    """Known is what was before each client's own day. @param days [clients of history]"""
    is_known = history.day < days[history.client]
    looked = history.interested
    before = replace(history, interested=looked[looked[:, 2] < days[looked[:, 0]]]).only(is_known)
    own, of = np.zeros(history.shape[0], bool), np.zeros(history.shape[1], bool)
    own[history.client[is_known]], of[history.product[is_known]] = True, True
    to_product = numbering(history.shape[1], np.flatnonzero(of))
    bought, first = (bought_next(history, ~is_known, numbering(len(own), np.flatnonzero(flags)), to_product) for flags in (own, ~own))
    if not again:
        had = before.matrix()
        had.data[:] = 1
        bought = (bought - bought.multiply(had)).tocsr()
        bought.eliminate_zeros()
    return Split(before, days[own], bought, again, (days[~own], first))


def bought_next(history: Interactions, purchases: np.ndarray, to_client: np.ndarray, to_product: np.ndarray) -> sparse.csr_matrix:
    """Of those purchases: 1 for each client and product that have a number."""
    client, product = to_client[history.client[purchases]], to_product[history.product[purchases]]
    there = (client >= 0) & (product >= 0)
    shape = (int(to_client.max(initial=-1)) + 1, int(to_product.max(initial=-1)) + 1)
    found = sparse.csr_matrix((np.ones(int(there.sum()), np.float32), (client[there], product[there])), shape=shape)
    found.data[:] = 1
    return found
