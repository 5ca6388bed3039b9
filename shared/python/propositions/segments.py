"""Kinds of clients, by how much is known of them: what serves each is judged apart."""

from dataclasses import dataclass

import numpy as np

#: Names, with the least number of baskets (days with a purchase) of each.
SEGMENTS = {"one_basket": 1, "some_baskets": 2, "many_baskets": 5}
BLEND, TREND = "blend", "trend"
#: Where fewer clients of a segment bought something next, all clients together judge it.
LEAST_JUDGES = 20


@dataclass(frozen=True)
class Judgement:
    """How lists of a segment did a step earlier. clients: that bought something next; blend, trend: recall@20; served: the better."""

    clients: int
    blend: float
    trend: float
    served: str


def segment_of(baskets: np.ndarray) -> np.ndarray:
    """[clients] numbers of segments."""
    return np.maximum(np.searchsorted(list(SEGMENTS.values()), baskets, side="right") - 1, 0)


def judge(segment: np.ndarray, blend: np.ndarray, trend: np.ndarray) -> dict[str, Judgement]:
    """@param blend, trend [clients] recall of each client's list"""
    found = {}
    for number, name in enumerate(SEGMENTS):
        own = segment == number
        judges = own if own.sum() >= LEAST_JUDGES else np.ones(len(segment), bool)
        served = BLEND if blend[judges].sum() >= trend[judges].sum() else TREND
        mean = lambda recall: round(float(recall[own].mean()), 4) if own.any() else None
        found[name] = Judgement(int(own.sum()), mean(blend), mean(trend), served)
    return found
