"""
What is known of a product for a client at a day. functions/propositions computes the same in TypeScript (shared/propositions/features.ts).

Scores of a client are divided by the mean of their twenty best, so that clients of all sizes are alike.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .interactions import Interactions
from .splits import last_days
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

    def of(self, clients: np.ndarray) -> "Candidates":
        return Candidates(self.product[clients], self.values[clients])


class Observer:
    """Sees each client on a day of their own. price: [products], NaN where it is not known."""

    def __init__(self, history: Interactions, influence: sparse.csr_matrix, trend: Trend, days: np.ndarray, price: np.ndarray):
        self.history, self.trend, self.days = history, trend, days
        clients = history.shape[0]
        interest = history.interest()
        age = np.maximum(days[history.client] - history.day, 0)
        self.last = last_days(history)
        self.baskets = count_baskets(history)
        self.away = np.maximum(days - self.last, 1)
        # What clients bought, by what is known of it; the products are the same in each.
        self.times = history.matrix()
        own = {half: history.matrix(0.5 ** (age / half)) for half in OWN_HALVES}
        self.own = {half: (matrix.data / np.repeat(best_mean(matrix), np.diff(matrix.indptr))).astype(np.float32) for half, matrix in own.items()}
        self.in_last = (history.matrix(history.day == self.last[history.client])).data > 0
        # Both sums over a client's products come from one pass: of all of them, and, as the imaginary part, of late ones.
        self.sources = (interest + 1j * own[30]).astype(np.complex64)
        self.influence = influence.astype(np.complex64)
        self.moment = trend.at(days)
        self.factor = ((trend.recent[RECENT] + SEASON_RECENT) / (trend.total + SEASON_TOTAL)) ** SEASON_POWER
        self.trendy = TREND_SHARE * relative(trend.recent[RECENT])
        self.priced = np.isfinite(price) & (price > 0)
        self.price = np.log(np.where(self.priced, price, 1)).astype(np.float32)
        counts = np.maximum((interest > 0) @ self.priced.astype(np.float32), LEAST)
        self.usual = ((interest > 0) @ np.where(self.priced, self.price, 0).astype(np.float32)) / counts

    def observe(self, clients: np.ndarray, count: int, again: bool) -> Candidates:
        """
        The most promising products of each client, and what is known of them.
        @param again whether what a client has bought may be proposed again
        """
        sums = self.sources[clients] @ self.influence
        score, lately = (np.maximum(part.toarray(), 0) for part in (sums.real, sums.imag))
        del sums
        own = Rows(self.times, clients)
        if not again:
            score[own.row, own.product] = 0
        moment = self.moment[clients]
        season = score * self.factor[moment]
        best = {"score": best_mean(score), "season": best_mean(season), "lately": best_mean(lately)}
        promise = season / best["season"][:, None] + self.trendy[moment]
        promise[own.row, own.product] += OWN_SHARE * self.own[90][own.at] if again else -np.inf
        count = min(count, promise.shape[1])
        product = np.argpartition(-promise, count - 1, axis=1)[:, :count]
        row = np.arange(len(clients))[:, None]
        product = product[row, np.argsort(-promise[row, product], axis=1, kind="stable")]
        pick = lambda values, name: values[row, product] / best[name][:, None]
        found = pick(score, "score"), pick(season, "season"), pick(lately, "lately")
        return Candidates(np.where(promise[row, product] >= 0, product, -1), self.describe(clients, product, own.places(product), *found))

    def describe(self, clients, product, places, score, season, lately) -> np.ndarray:
        """@param places: [clients, candidates] of what a client bought in the data of `times`, -1 of what not"""
        of_own = lambda data: np.where(places >= 0, data[places], 0).astype(np.float32)
        times, in_last = of_own(self.times.data), of_own(self.in_last)
        own = {half: of_own(data) for half, data in self.own.items()}
        moment = self.moment[clients][:, None]
        baskets = np.log(self.baskets[clients]).astype(np.float32)[:, None]
        away = np.log(self.away[clients]).astype(np.float32)[:, None]
        recent = {half: np.log(counts[moment, product] + SEASON_RECENT) for half, counts in self.trend.recent.items()}
        total = np.log(self.trend.total[moment, product] + SEASON_TOTAL)
        bought = (times > 0).astype(np.float32)
        log_score, log_season = np.log(score + FLOOR), np.log(season + FLOOR)
        lasting = np.log1p(times)
        rate = times / self.baskets[clients][:, None]
        gap = np.where(self.priced[product], np.abs(self.price[product] - self.usual[clients][:, None]), 0)
        age = np.log1p(np.maximum(self.days[clients][:, None] - self.trend.first[product], 0))
        known = [
            *(score, log_score, season, log_season, lately),
            *(recent[3], recent[7], recent[14], recent[28], total, age),
            *(bought, lasting, rate, own[30], own[90], own[180], in_last),
            *(self.price[product], gap),
            *(bought * season, bought * log_season, bought * recent[7], bought * recent[28], bought * total, bought * baskets, bought * away),
            *(lasting * baskets, lasting * away, rate * baskets, own[90] * away, in_last * away),
            *(season * baskets, log_season * baskets, score * baskets, recent[7] * baskets, recent[28] * baskets, total * baskets),
        ]
        values = np.empty((*product.shape, len(known)), np.float32)
        for number, one in enumerate(known):
            values[..., number] = one
        return values


class Rows:
    """Some rows of a matrix: of each number in them the row, the product, and its place in the matrix's data."""

    def __init__(self, matrix: sparse.csr_matrix, rows: np.ndarray):
        counts = np.diff(matrix.indptr)[rows]
        self.row = np.repeat(np.arange(len(rows)), counts)
        self.at = np.arange(counts.sum()) + np.repeat(matrix.indptr[rows] - np.cumsum(counts) + counts, counts)
        self.product = matrix.indices[self.at]
        self.shape = (len(rows), matrix.shape[1])

    def places(self, product: np.ndarray) -> np.ndarray:
        """[rows, candidates]: the place of each, -1 where it is not in its row."""
        place = np.full(self.shape, -1, np.int32)
        place[self.row, self.product] = self.at
        return place[np.arange(len(product))[:, None], product]


def count_baskets(history: Interactions) -> np.ndarray:
    """[clients]: the days on which each bought something."""
    day = history.day - history.day.min(initial=0)
    span = int(day.max(initial=0)) + 1
    unique = np.unique(history.client.astype(np.int64) * span + day)
    return np.bincount(unique // span, minlength=history.shape[0])


def best_mean(values: np.ndarray | sparse.csr_matrix) -> np.ndarray:
    """The mean of each row's best, none of which is negative; never 0."""
    best = min(BEST, values.shape[1])
    if sparse.issparse(values):
        row = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
        order = np.lexsort((-values.data, row))
        place = np.arange(len(row)) - np.repeat(values.indptr[:-1], np.diff(values.indptr))
        sums = np.bincount(row[place < best], values.data[order][place < best], values.shape[0])
    else:
        sums = np.partition(values, values.shape[1] - best, axis=1)[:, -best:].sum(axis=1)
    return np.maximum(sums / best, LEAST).astype(np.float32)


def relative(values: np.ndarray) -> np.ndarray:
    """Each row divided by the mean of its best."""
    return (values / best_mean(values)[:, None]).astype(np.float32)
