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


class Sample:
    """
    Clients that bought something next, with their candidates: what is known of these is made comparable once, for any part of the clients.
    @param bought [clients, candidates] whether it was bought next
    """

    def __init__(self, candidates: Candidates, bought: np.ndarray):
        there = candidates.product >= 0
        rows = candidates.values.reshape(-1, candidates.values.shape[-1]) * there.reshape(-1, 1)
        count = there.sum()
        mean = rows.sum(axis=0, dtype=float) / count
        spread = np.sqrt(np.maximum(np.einsum("ij,ij->j", rows, rows, dtype=float) / count - mean**2, 0))
        # What is the same of all says nothing.
        self.spread = np.where(spread > 1e-4 * np.maximum(np.abs(mean), 1e-2), spread, np.inf)
        rows -= mean.astype(np.float32)
        rows /= self.spread.astype(np.float32)
        rows *= there.reshape(-1, 1)
        self.values = rows.reshape(candidates.values.shape)
        self.barred = np.where(there, 0, -1e9).astype(np.float32)
        self.bought = bought

    def learn(self, of: np.ndarray) -> Blend | None:
        """
        The weights under which what was bought next is the most likely, by softmax over a client's candidates; each client counts alike.
        None where nothing was bought.
        @param of [clients] flags of those who are learnt from
        """
        has = self.bought.any(axis=1) & of
        if not has.any():
            return None
        share = (self.bought[has] / self.bought[has].sum(axis=1, keepdims=True)).astype(np.float32)
        rows = self.values[has].reshape(-1, self.values.shape[-1])
        barred = self.barred[has]
        prior = np.where((np.array(NAMES) == "log_season") & np.isfinite(self.spread), self.spread, 0)
        # What is bought pulls the weights up, by the same at each step.
        pull = share.ravel() @ rows / len(share)

        def loss(weights: np.ndarray):
            value = (rows @ weights.astype(np.float32)).reshape(share.shape) + barred
            top = value.max(axis=1, keepdims=True)
            odds = np.exp(value - top)
            sums = odds.sum(axis=1, keepdims=True)
            missed = np.mean(np.log(sums) + top, dtype=float) - pull @ weights
            slope = ((odds / sums).ravel() @ rows) / len(share) - pull
            off = weights - prior
            return missed + PENALTY * off @ off, slope + 2 * PENALTY * off

        found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        return Blend((found.x / self.spread).astype(float))
