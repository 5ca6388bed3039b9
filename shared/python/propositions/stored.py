"""A trained recommender as it is kept: what scoring in another language needs (shared/propositions/scoring)."""

from pathlib import Path

import numpy as np
from scipy import sparse

from .blend import Blend
from .features import NAMES
from .interactions import Interactions
from .recommender import Order
from .segments import TREND, Judgement

#: A product is bought again and again where so many pairs of purchases say so, and they are so large a part of its clients.
LEAST_REPEATS, LEAST_SHARE = 5, 0.2


def write_influence(path: Path, influence: sparse.csr_matrix) -> None:
    """Little-endian: the number of products and of strengths, starts and targets as 32-bit integers, strengths as 32-bit floats."""
    rows = influence.tocsr()
    rows.sort_indices()
    with path.open("wb") as file:
        for values, kind in (([rows.shape[0], rows.nnz], "<i4"), (rows.indptr, "<i4"), (rows.indices, "<i4"), (rows.data, "<f4")):
            file.write(np.asarray(values).astype(kind).tobytes())


def to_parameters(order: Order, history: Interactions) -> dict:
    return {
        "weights": None if order.blend is None else {name: float(weight) for name, weight in zip(NAMES, order.blend.weights, strict=True)},
        "trendFor": [name for name, judged in order.judged.items() if judged.served == TREND],
        "trendHalf": order.half,
        "repeatDays": repeat_days(history),
    }


def from_parameters(parameters: dict) -> Order | None:
    """None of a model of other features, which cannot be asked any more, and of one that had nothing to learn from."""
    weights = parameters.get("weights")
    if weights is None or set(weights) != set(NAMES):
        return None
    judged = {name: Judgement(0, 0.0, 0.0, TREND) for name in parameters["trendFor"]}
    return Order(Blend(np.array([weights[name] for name in NAMES], float)), True, judged, parameters["trendHalf"])


def repeat_days(history: Interactions) -> dict[str, float]:
    """By product: the median of days between two purchases of one client, of what is bought again and again."""
    order = np.lexsort((history.day, history.product, history.client))
    client, product, day = history.client[order], history.product[order], history.day[order]
    again = (client[1:] == client[:-1]) & (product[1:] == product[:-1])
    gaps, of = (day[1:] - day[:-1])[again], product[1:][again]
    buyers = np.bincount(product[np.append(True, ~again)], minlength=len(history.products))
    repeats = np.bincount(of, minlength=len(history.products))
    chosen = np.flatnonzero((repeats >= LEAST_REPEATS) & (repeats >= LEAST_SHARE * buyers))
    by_product = np.split(gaps[np.argsort(of, kind="stable")], np.cumsum(repeats)[:-1])
    return {str(history.products[one]): float(np.median(by_product[one])) for one in chosen}
