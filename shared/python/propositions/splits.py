"""Parts what clients bought into what was known and what they bought next."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .interactions import Interactions, numbering


@dataclass(frozen=True)
class Split:
    """
    known: purchases that may be learnt from. days: [clients of known] the day on which a list is made for each.
    bought: [clients, products of known] what each bought next. again: whether that may be what they had bought before.
    """

    known: Interactions
    days: np.ndarray
    bought: sparse.csr_matrix
    again: bool


#: Parts a history: as one was parted, so its known part is parted again, a step earlier.
Splitter = Callable[[Interactions], Split]


def by_days(length: int, again: bool) -> Splitter:
    """The last days, for all clients alike."""

    def split(history: Interactions) -> Split:
        start = history.end - length
        return part(history, history.day < start, np.full(history.shape[0], start), again)

    return split


def by_last_basket(history: Interactions) -> Split:
    """Each client's last day. What others bought later is known."""
    last = np.zeros(history.shape[0], np.int64)
    np.maximum.at(last, history.client, history.day)
    return part(history, history.day < last[history.client], last, again=True)


def part(history: Interactions, known: np.ndarray, days: np.ndarray, again: bool) -> Split:
    """@param known [purchases]; @param days [clients of history]"""
    before = history.only(known)
    clients = np.searchsorted(history.clients, before.clients)
    to_client = numbering(history.shape[0], clients)
    to_product = numbering(history.shape[1], np.searchsorted(history.products, before.products))
    client, product = to_client[history.client[~known]], to_product[history.product[~known]]
    there = (client >= 0) & (product >= 0)
    bought = sparse.csr_matrix((np.ones(int(there.sum()), np.float32), (client[there], product[there])), shape=before.shape)
    bought.data[:] = 1
    if not again:
        had = before.matrix()
        had.data[:] = 1
        bought = (bought - bought.multiply(had)).tocsr()
        bought.eliminate_zeros()
    return Split(before, days[clients], bought, again)
