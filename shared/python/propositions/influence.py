"""How much each product speaks for each other one: EASE (Steck, 2019) with what is alike in products."""

import numpy as np
from scipy import linalg, sparse

#: Products that the exact solution is made of: the most bought ones. The others are foretold by them.
MOST_EXACT = 2000
#: Of a client with twice as many products each says less by this power, with its half.
CROWD = 0.25
#: Relative to the mean of how often products are bought, so that it is right for shops of all sizes.
PENALTY = 18.0
CONTENT = 1.8
#: Products that each one speaks for.
KEPT = 200
COLUMNS_AT_ONCE = 2000


def fit(interest: sparse.csr_matrix, traits: sparse.csr_matrix | None, content: float = CONTENT, kept: int = KEPT) -> sparse.csr_matrix:
    """
    [products, products]: the score of a product for a client is the sum of its column over the client's products. Products may
    be more than were ever bought: their traits speak for them.
    """
    products = interest.shape[1]
    bought = interest.getnnz(axis=0)
    count = np.maximum(interest.getnnz(axis=1), 1)
    weighted = (sparse.diags((count**-CROWD).astype(np.float32)) @ interest).tocsr()
    order = np.argsort(-bought, kind="stable")
    head = np.sort(order[: min(MOST_EXACT, products)])
    of_head = weighted[:, head]
    gram = (of_head.T @ of_head).toarray().astype(np.float32)
    scale = float(np.trace(gram)) / len(head) or 1.0
    if traits is not None and traits.shape[0] > 0:
        share = np.float32(content * scale)
        alike = traits[:, head]
        gram += share * (alike.T @ alike).toarray().astype(np.float32)
    gram[np.diag_indices(len(head))] += np.float32(PENALTY * scale)
    inverse = invert(gram)
    del gram
    # Transposed, with a row of what speaks for a product: the strongest of a row are found faster.
    blocks = [keep_strongest(np.ascontiguousarray(exact(inverse).T), kept)]
    columns = [head]
    tail = np.sort(order[len(head) :])
    for at in range(0, len(tail), COLUMNS_AT_ONCE):
        part = tail[at : at + COLUMNS_AT_ONCE]
        shared = (weighted[:, part].T @ of_head).toarray()
        if traits is not None and traits.shape[0] > 0:
            shared += share * (traits[:, part].T @ alike).toarray().astype(np.float32)
        blocks.append(keep_strongest(shared @ inverse, kept))
        columns.append(part)
    found = sparse.vstack(blocks).tocoo()
    return sparse.csr_matrix((found.data, (head[found.col], np.concatenate(columns)[found.row])), shape=(products, products))


def invert(gram: np.ndarray) -> np.ndarray:
    """Of a positive definite matrix, which is overwritten."""
    factor = linalg.cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
    inverse, failed = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ArithmeticError("the matrix of what is bought together has no inverse")
    lower = np.tril(inverse)
    return lower + np.tril(lower, -1).T


def exact(inverse: np.ndarray) -> np.ndarray:
    """What foretells each product, a column of it, by all others."""
    influence = -inverse / np.diag(inverse)
    np.fill_diagonal(influence, 0)
    return influence


def keep_strongest(block: np.ndarray, kept: int) -> sparse.csr_matrix:
    """Of each row those that speak most for its product, or against it."""
    kept = min(kept, block.shape[1])
    column = np.argpartition(np.abs(block), block.shape[1] - kept, axis=1)[:, -kept:]
    column.sort(axis=1)
    starts = np.arange(len(block) + 1) * kept
    found = sparse.csr_matrix((np.take_along_axis(block, column, axis=1).ravel(), column.ravel(), starts), shape=block.shape)
    found.eliminate_zeros()
    return found
