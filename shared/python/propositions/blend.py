"""How much each thing that is known of a product speaks for it: weights learnt from what clients bought next."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from .features import NAMES, Candidates

#: Against weights that only this sample asks for: how far they are from the season alone.
PENALTY = 1e-2
STEPS = 30


@dataclass(frozen=True)
class Blend:
    """weights: [features]. A product's value for a client is their sum, each times what is known."""

    weights: np.ndarray

    def value(self, candidates: Candidates) -> np.ndarray:
        """[clients, candidates]; -inf where there is none."""
        return np.where(candidates.product >= 0, candidates.values @ self.weights.astype(np.float32), -np.inf)


def learn(candidates: Candidates, bought: np.ndarray) -> Blend:
    """
    The weights under which what was bought next is the most likely, by softmax over a client's candidates; each client counts alike.
    @param bought [clients, candidates] whether it was bought next
    """
    counts = bought.sum(axis=1)
    has = counts > 0
    values, there = candidates.values[has], candidates.product[has] >= 0
    share = (bought[has] / counts[has][:, None]).astype(np.float32)
    flat = values[there]
    mean, spread = flat.mean(axis=0), flat.std(axis=0)
    spread = np.where(spread > 1e-6, spread, np.inf).astype(np.float32)
    scaled = np.where(there[..., None], (values - mean) / spread, 0).astype(np.float32)
    rows = scaled.reshape(-1, scaled.shape[-1])
    barred = np.where(there, 0, -1e9).astype(np.float32)

    prior = np.where(np.array(NAMES) == "log_season", spread, 0.0)
    prior[~np.isfinite(prior)] = 0

    def loss(weights: np.ndarray):
        value = (rows @ weights.astype(np.float32)).reshape(share.shape) + barred
        top = value.max(axis=1, keepdims=True)
        odds = np.exp(value - top)
        sums = odds.sum(axis=1, keepdims=True)
        missed = np.mean(np.log(sums) + top, dtype=float) - (share * value).sum(dtype=float) / len(share)
        slope = ((odds / sums - share).ravel() @ rows) / len(share)
        off = weights - prior
        return missed + PENALTY * off @ off, slope + 2 * PENALTY * off

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Blend((found.x / spread).astype(float))
