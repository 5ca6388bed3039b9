"""
What is known of a product for a client at a day. functions/propositions computes the same in TypeScript (shared/propositions/features.ts).

Scores of a client are divided by the mean of their twenty best, so that clients of all sizes are alike.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .interactions import Interactions
from .trend import Trend

BEST = 20
#: Added before a logarithm.
FLOOR = 0.02
#: Days after which a client's own purchase counts for half.
OWN_HALVES = (30, 90, 180)
RECENT = 7
#: A product of which little was bought lately has little season to speak of.
SEASON_RECENT, SEASON_TOTAL, SEASON_POWER = 0.5, 3.0, 0.9
#: A day's share of what a candidate is chosen by.
TREND_SHARE, OWN_SHARE = 0.05, 2.0
LEAST = 1e-9

NAMES = (
    *("score", "log_score", "season", "log_season", "lately"),
    *("recent3", "recent7", "recent14", "recent28", "total", "age"),
    *("bought", "times", "rate", "own30", "own90", "own180", "in_last"),
    *("price", "price_gap"),
    *("bought*season", "bought*log_season", "bought*recent7", "bought*recent28", "bought*total", "bought*baskets", "bought*away"),
    *("times*baskets", "times*away", "rate*baskets", "own90*away", "in_last*away"),
    *("season*baskets", "log_season*baskets", "score*baskets", "recent7*baskets", "recent28*baskets", "total*baskets"),
)


@dataclass(frozen=True)
class Candidates:
    """product: [clients, candidates] numbers; -1 where there are fewer. values: [clients, candidates, features]."""

    product: np.ndarray
    values: np.ndarray


class Observer:
    """Sees each client on a day of their own. price: [products], NaN where it is not known."""

    def __init__(self, history: Interactions, influence: sparse.csr_matrix, trend: Trend, days: np.ndarray, price: np.ndarray):
        self.history, self.influence, self.trend, self.days = history, influence, trend, days
        clients = history.shape[0]
        self.interest = history.interest()
        self.age = np.maximum(days[history.client] - history.day, 0)
        self.times = history.matrix()
        basket = np.unique(np.stack([history.client, history.day], axis=1), axis=0)
        self.baskets = np.bincount(basket[:, 0], minlength=clients)
        self.last = np.zeros(clients, np.int64)
        np.maximum.at(self.last, history.client, history.day)
        self.away = np.maximum(days - self.last, 1)
        self.own = {half: history.matrix(0.5 ** (self.age / half)) for half in OWN_HALVES}
        self.in_last = history.matrix(history.day == self.last[history.client])
        self.in_last.eliminate_zeros()
        self.moment = trend.at(days)
        known = np.isfinite(price) & (price > 0)
        self.price = np.log(np.where(known, price, 1)).astype(np.float32)
        self.priced = known
        counts = np.maximum((self.interest > 0) @ known.astype(np.float32), LEAST)
        self.usual = ((self.interest > 0) @ np.where(known, self.price, 0).astype(np.float32)) / counts

    def observe(self, clients: np.ndarray, count: int, again: bool) -> Candidates:
        """
        The most promising products of each client, and what is known of them.
        @param again whether what a client has bought may be proposed again
        """
        score = np.maximum(dense(self.interest[clients] @ self.influence), 0)
        moment = self.moment[clients]
        recent, total = self.trend.recent[RECENT], self.trend.total
        factor = ((recent + SEASON_RECENT) / (total + SEASON_TOTAL)) ** SEASON_POWER
        season = score * factor[moment]
        times = self.times[clients].toarray()
        usable = np.broadcast_to(True, score.shape) if again else times == 0
        score, season = relative(np.where(usable, score, 0)), relative(np.where(usable, season, 0))
        own = {half: relative(matrix[clients].toarray()) for half, matrix in self.own.items()}
        promise = season + OWN_SHARE * own[90] + TREND_SHARE * relative(recent)[moment]
        promise = np.where(usable, promise, -1)
        count = min(count, promise.shape[1])
        product = np.argpartition(-promise, count - 1, axis=1)[:, :count]
        row = np.arange(len(clients))[:, None]
        product = product[row, np.argsort(-promise[row, product], axis=1, kind="stable")]
        pick = lambda matrix: matrix[row, product]
        values = self.describe(clients, product, pick(score), pick(season), pick(times), {half: pick(matrix) for half, matrix in own.items()})
        return Candidates(np.where(pick(promise) >= 0, product, -1), values)

    def describe(self, clients, product, score, season, times, own) -> np.ndarray:
        row = np.arange(len(clients))[:, None]
        moment = self.moment[clients][:, None]
        lately = relative(np.maximum(dense(self.own[30][clients] @ self.influence), 0))[row, product]
        baskets = np.log(self.baskets[clients])[:, None]
        away = np.log(self.away[clients])[:, None]
        recent = {half: np.log(counts[moment, product] + SEASON_RECENT) for half, counts in self.trend.recent.items()}
        total = np.log(self.trend.total[moment, product] + SEASON_TOTAL)
        bought = (times > 0).astype(np.float32)
        log_score, log_season = np.log(score + FLOOR), np.log(season + FLOOR)
        lasting = np.log1p(times)
        rate = times / self.baskets[clients][:, None]
        in_last = self.in_last[clients].toarray()[row, product]
        gap = np.where(self.priced[product], np.abs(self.price[product] - self.usual[clients][:, None]), 0)
        age = np.log1p(np.maximum(self.days[clients][:, None] - self.trend.first[product], 0))
        values = [
            *(score, log_score, season, log_season, lately),
            *(recent[3], recent[7], recent[14], recent[28], total, age),
            *(bought, lasting, rate, own[30], own[90], own[180], in_last),
            *(self.price[product], gap),
            *(bought * season, bought * log_season, bought * recent[7], bought * recent[28], bought * total, bought * baskets, bought * away),
            *(lasting * baskets, lasting * away, rate * baskets, own[90] * away, in_last * away),
            *(season * baskets, log_season * baskets, score * baskets, recent[7] * baskets, recent[28] * baskets, total * baskets),
        ]
        return np.stack(values, axis=-1).astype(np.float32)


def dense(matrix) -> np.ndarray:
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def relative(values: np.ndarray) -> np.ndarray:
    """Each row divided by the mean of its best."""
    best = min(BEST, values.shape[1])
    top = np.partition(values, values.shape[1] - best, axis=1)[:, -best:]
    return (values / np.maximum(top.mean(axis=1, keepdims=True), LEAST)).astype(np.float32)
