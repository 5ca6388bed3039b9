"""
Well known models, as they are usually set, that propositions are measured beside (docs/benchmarks.md).

Each learns from what clients bought and gives [clients, products] scores of some of them.
"""

from collections.abc import Callable

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy import sparse
from threadpoolctl import threadpool_limits

from .influence import exact, invert
from .interactions import Interactions
from .splits import Split

SEED = 16
LATELY_DAYS = 28
#: Products that each one speaks for.
NEIGHBOURS = 200
FACTORS, REGULARIZATION, CONFIDENCE = 128, 10, 5
EASE_PENALTY, MOST_EXACT = 500, 3000
#: Days after which a client's own purchase counts for half.
OWN_HALF = 90
#: What nobody has bought comes in the order of its popularity.
LEAST_POPULARITY = 1e-4

Scores = Callable[[np.ndarray], np.ndarray]


def of_all(scores: np.ndarray) -> Scores:
    """The same for everybody."""
    return lambda clients: np.broadcast_to(scores.astype(np.float32), (len(clients), len(scores)))


def buyers(history: Interactions, after: int | None = None) -> np.ndarray:
    """[products] clients that bought each. @param after only on days from this one on"""
    if after is None:
        return np.bincount(history.product[history.pairs], minlength=history.shape[1])
    late = history.day >= after
    pair = np.unique(history.client[late].astype(np.int64) * history.shape[1] + history.product[late])
    return np.bincount(pair % history.shape[1], minlength=history.shape[1])


def popularity(split: Split) -> Scores:
    return of_all(buyers(split.known))


def popularity_lately(split: Split) -> Scores:
    return of_all(buyers(split.known, after=split.known.end - LATELY_DAYS))


def item_cosine(split: Split) -> Scores:
    return neighbours(CosineRecommender(K=NEIGHBOURS), binary(split.known), binary(split.known))


def item_bm25(split: Split) -> Scores:
    return neighbours(BM25Recommender(K=NEIGHBOURS, K1=1.2, B=0.2), split.known.matrix(), binary(split.known))


def neighbours(model, learnt_from: sparse.csr_matrix, had: sparse.csr_matrix) -> Scores:
    model.fit(learnt_from, show_progress=False)
    alike = model.similarity.astype(np.float32).tocsr()
    return lambda clients: (had[clients] @ alike).toarray()


def als(split: Split) -> Scores:
    """Hu, Koren and Volinsky, 2008, by the package implicit."""
    model = AlternatingLeastSquares(
        factors=FACTORS, regularization=REGULARIZATION, alpha=CONFIDENCE, iterations=15, random_state=SEED, num_threads=2
    )
    with threadpool_limits(1, "blas"):
        model.fit(binary(split.known), show_progress=False)
    return lambda clients: model.user_factors[clients] @ model.item_factors.T


def ease(split: Split) -> Scores:
    """Steck, 2019, on the products that are bought most."""
    had = binary(split.known)
    head = np.sort(np.argsort(-buyers(split.known), kind="stable")[:MOST_EXACT])
    had = had[:, head]
    gram = (had.T @ had).toarray()
    gram[np.diag_indices(len(head))] += np.float32(EASE_PENALTY)
    influence = exact(invert(gram))

    def scores(clients: np.ndarray) -> np.ndarray:
        found = np.zeros((len(clients), split.known.shape[1]), np.float32)
        found[:, head] = had[clients] @ influence
        return found

    return scores


def personal(split: Split) -> Scores:
    """What a client bought often and lately."""
    history = split.known
    age = np.maximum(split.days[history.client] - history.day, 0)
    own = history.matrix(0.5 ** (age / OWN_HALF))
    count = buyers(history)
    rest = (LEAST_POPULARITY * count / count.max()).astype(np.float32)
    return lambda clients: own[clients].toarray() + rest


def binary(history: Interactions) -> sparse.csr_matrix:
    matrix = history.matrix()
    matrix.data[:] = 1
    return matrix


POPULARITY, POPULARITY_LATELY = "popularity", "popularity_28_days"
BASELINES: dict[str, Callable[[Split], Scores]] = {
    POPULARITY: popularity,
    POPULARITY_LATELY: popularity_lately,
    "item_cosine": item_cosine,
    "item_bm25": item_bm25,
    "als": als,
    "ease": ease,
    "personal": personal,
}
