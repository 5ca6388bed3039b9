"""What clients bought, clicked and sent back: what every model here is trained on."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse

from tabular import DataError, check_columns, read_dates, read_ids, read_numbers, read_table

REQUIRED = ("client_id", "product_id", "date")
OPTIONAL = ("quantity", "kind")
BOUGHT, INTERESTED, RETURNED, DISMISSED = "bought", "interested", "returned", "dismissed"
#: What is meant by each kind; others say nothing about what a client wants.
KINDS = {
    **dict.fromkeys(("", "purchase", "sale", "bought", "buy", "sold", "invoice", "transaction"), BOUGHT),
    **dict.fromkeys(("click", "view", "order", "basket"), INTERESTED),
    **dict.fromkeys(("return", "returned", "refund"), RETURNED),
    **dict.fromkeys(("dismiss", "dismissed"), DISMISSED),
}
#: Means a purchase where no other kind of a file does: in a shop's own rows it is what came of a list, and the purchase follows.
ORDER = "order"
#: Of a product that was looked at, and not bought, beside one that was bought.
INTEREST = 0.2


@dataclass(frozen=True)
class Interactions:
    """
    Purchases, one per client, product and day, ordered by client, product and day; days count from 1970-01-01.

    client, product, day: of each purchase, numbers of `clients` and of `products`, and the day.
    interested: [looked at, 3] client, product, and the first day on which it was looked at.
    """

    clients: np.ndarray
    products: np.ndarray
    client: np.ndarray
    product: np.ndarray
    day: np.ndarray
    interested: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.clients), len(self.products)

    @property
    def end(self) -> int:
        """The first day that is not known."""
        return int(self.day.max()) + 1

    def only(self, kept: np.ndarray) -> "Interactions":
        """Those purchases alone, with the clients and products that they have; what was looked at is of them too."""
        client, product = self.client[kept], self.product[kept]
        clients = np.flatnonzero(np.bincount(client, minlength=self.shape[0]))
        products = np.flatnonzero(np.bincount(product, minlength=self.shape[1]))
        to_client, to_product = numbering(self.shape[0], clients), numbering(self.shape[1], products)
        looked = np.stack([to_client[self.interested[:, 0]], to_product[self.interested[:, 1]], self.interested[:, 2]], axis=1)
        return replace(
            self,
            clients=self.clients[clients],
            products=self.products[products],
            client=to_client[client],
            product=to_product[product],
            day=self.day[kept],
            interested=looked[(looked[:, :2] >= 0).all(axis=1)],
        )

    def with_products(self, products: np.ndarray) -> "Interactions":
        """The same, with products behind its own that nobody has bought yet."""
        return replace(self, products=products)

    @cached_property
    def pairs(self) -> np.ndarray:
        """The first purchase of each client and product."""
        is_first = np.ones(len(self.client), bool)
        is_first[1:] = (self.client[1:] != self.client[:-1]) | (self.product[1:] != self.product[:-1])
        return np.flatnonzero(is_first)

    def matrix(self, weights: np.ndarray | None = None) -> sparse.csr_matrix:
        """[clients, products]: on how many days a client bought a product, or the sum of the purchases' weights."""
        if weights is None:
            values = np.diff(self.pairs, append=len(self.client))
        else:
            values = np.add.reduceat(weights.astype(np.float32), self.pairs) if len(self.pairs) else self.pairs
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.client[self.pairs], minlength=self.shape[0]))])
        return sparse.csr_matrix((values.astype(np.float32), self.product[self.pairs], starts), shape=self.shape)

    def interest(self) -> sparse.csr_matrix:
        """[clients, products]: 1 where a client bought a product, less where it was only looked at."""
        found = self.matrix()
        found.data[:] = 1
        if len(self.interested) == 0:
            return found
        values = np.full(len(self.interested), INTEREST, np.float32)
        looked = sparse.csr_matrix((values, (self.interested[:, 0], self.interested[:, 1])), shape=self.shape)
        return found.maximum(looked)


def numbering(size: int, kept: np.ndarray) -> np.ndarray:
    """[size]: the new number of each, -1 of what is not kept."""
    numbers = np.full(size, -1, np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    return numbers


def read_interactions(path: str | Path) -> Interactions:
    """
    Rows of a Parquet or CSV file, in any order: client_id, product_id, date, and optionally quantity and kind.
    @throws DataError that names the column, and the row where one is wrong
    """
    return make_interactions(read_rows(path))


def read_rows(path: str | Path) -> pa.Table:
    return read_table(Path(path), (*REQUIRED, *OPTIONAL))


def id_types(rows: pa.Table) -> tuple[pa.DataType, pa.DataType]:
    """As what a client's and a product's id came; text where that cannot be one."""
    plain = lambda kind: kind if pa.types.is_integer(kind) else pa.string()
    return tuple(plain(rows.schema.field(name).type) if name in rows.column_names else pa.string() for name in ("client_id", "product_id"))


def make_interactions(table: pa.Table) -> Interactions:
    """Purchases that were sent back whole are none. @throws DataError"""
    check_columns(table, REQUIRED, OPTIONAL)
    (clients, client), (products, product) = read_ids(table, "client_id"), read_ids(table, "product_id")
    days = read_dates(table).astype("datetime64[D]").astype(np.int32)
    quantity = read_numbers(table, "quantity", may_be_null=True) if has(table, "quantity") else np.ones(table.num_rows)
    quantity = np.where(np.isfinite(quantity), quantity, 1)
    bought, looked, returned = read_kinds(table, quantity)
    if not bought.any():
        raise DataError("nothing is bought in it")
    pair = client.astype(np.int64) * len(products) + product
    bought &= ~is_sent_back(pair, quantity, bought, returned)
    if not bought.any():
        raise DataError("all that is bought in it was sent back")
    first = int(days.min())
    own, day = dated(pair, days - first, bought)
    seen, seen_on = dated(pair, days - first, looked)
    is_first = np.diff(seen, prepend=-1) != 0
    seen, seen_on = seen[is_first], seen_on[is_first]
    everything = Interactions(
        clients=clients,
        products=products,
        client=(own // len(products)).astype(np.int32),
        product=(own % len(products)).astype(np.int32),
        day=(day + first).astype(np.int32),
        interested=np.stack([seen // len(products), seen % len(products), seen_on + first], axis=1),
    )
    return everything.only(np.ones(len(own), bool))


def read_kinds(table: pa.Table, quantity: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flags of rows: bought, looked at, sent back. A negative quantity is what came back."""
    if has(table, "kind"):
        encoded = pa.chunked_array([table.column("kind").cast(pa.string()).fill_null("purchase").dictionary_encode().combine_chunks()]).combine_chunks()
        names = [name.strip().lower() for name in encoded.dictionary.to_pylist()]
        kinds = [name if name in KINDS else name.removesuffix("s") for name in names]
        meant = KINDS if any(KINDS.get(kind) == BOUGHT for kind in kinds) else {**KINDS, ORDER: BOUGHT}
        meanings = np.array([meant.get(kind, "") for kind in kinds], dtype=object)
        is_kind = lambda meaning: (meanings == meaning)[encoded.indices.to_numpy()]
    else:
        is_kind = lambda meaning: np.full(table.num_rows, meaning == BOUGHT)
    bought = is_kind(BOUGHT)
    return bought & (quantity > 0), is_kind(INTERESTED), is_kind(RETURNED) | (bought & (quantity < 0))


def dated(pair: np.ndarray, days: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of these rows with their days, each once, in order. @param days from the first one"""
    if not of.any():
        return np.array([], np.int64), np.array([], np.int64)
    # Both are one number, and unique numbers are in order.
    span = int(days.max()) + 1
    return np.divmod(np.unique(pair[of] * span + days[of]), span)


def has(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table.column(name).null_count < table.num_rows


def is_sent_back(pair: np.ndarray, quantity: np.ndarray, bought: np.ndarray, returned: np.ndarray) -> np.ndarray:
    """[rows]: of a client and a product of which as much came back as was bought."""
    if not returned.any():
        return np.zeros(len(pair), bool)
    pairs = np.unique(pair[returned])
    at = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1)
    touched = pairs[at] == pair
    kept = np.zeros(len(pairs))
    for rows, sign in ((bought & touched, 1), (returned, -1)):
        kept += sign * np.bincount(at[rows], np.abs(quantity[rows]), len(pairs))
    return touched & (kept[at] <= 0)
