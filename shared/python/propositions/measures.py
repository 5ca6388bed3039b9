"""How good lists are, against what clients bought next. Lists are [clients, places] products, -1 where there is none."""

import numpy as np
from scipy import sparse

#: Places of a list that count.
LENGTH = 20


def found_in(matrix: sparse.csr_matrix, product: np.ndarray) -> np.ndarray:
    """[rows, n]: whether each product is in its row of the matrix, which need not fit into memory as a dense one."""
    columns = matrix.shape[1]
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    keys = np.append(np.sort(row * columns + matrix.indices), -1)
    asked = np.arange(len(product), dtype=np.int64)[:, None] * columns + product
    there = keys[np.searchsorted(keys[:-1], asked)] == asked
    return there & (product >= 0) & (product < columns)


def recalls(lists: np.ndarray, bought: sparse.csr_matrix) -> np.ndarray:
    """[clients]: the share of what each bought next that is in the list; 0 of one who bought nothing."""
    return found_in(bought, lists[:, :LENGTH]).sum(axis=1) / np.maximum(bought.getnnz(axis=1), 1)


def measure(lists: np.ndarray, bought: sparse.csr_matrix) -> dict[str, float | None]:
    """
    Means over the clients that bought something next: recall, NDCG (binary gain, 1 / log2(rank + 1), against the best list that there
    could be), hit (any), and precision.
    """
    count = bought.getnnz(axis=1)
    of = np.flatnonzero(count)
    hits = found_in(bought[of], lists[of, :LENGTH])
    count = count[of]
    worth = 1 / np.log2(np.arange(2, LENGTH + 2))
    gain = (hits * worth[: hits.shape[1]]).sum(axis=1) / np.cumsum(worth)[np.minimum(count, LENGTH) - 1]
    by_client = {"recall": hits.sum(axis=1) / count, "NDCG": gain, "hit": hits.any(axis=1), "precision": hits.sum(axis=1) / LENGTH}
    return {f"{name}@{LENGTH}": rounded(values) for name, values in by_client.items()}


def coverage(lists: np.ndarray, products: int) -> float:
    """The share of the products that are in anybody's list."""
    return round(len(np.unique(lists[lists >= 0])) / products, 4)


def popularity_bias(lists: np.ndarray, bought: sparse.csr_matrix, buyers: np.ndarray) -> float | None:
    """
    How much more popular what is listed is than what was bought next: the mean over clients of the difference of their mean log2 of
    buyers. 0: as popular; 1: twice as many buyers.
    """
    popularity = np.log2(np.maximum(buyers, 1))
    listed = lists[:, :LENGTH]
    places = (listed >= 0).sum(axis=1)
    count = bought.getnnz(axis=1)
    of = (count > 0) & (places > 0)
    own = np.where(listed >= 0, popularity[listed], 0).sum(axis=1)[of] / places[of]
    return rounded(own - (bought @ popularity)[of] / count[of])


def rounded(values: np.ndarray) -> float | None:
    """Their mean; null where there are none."""
    return round(float(np.mean(values)), 4) if len(values) else None
