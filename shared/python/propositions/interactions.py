"""What clients bought, clicked and sent back: what every model here is trained on."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse

from tabular import DataError, check_columns, read_dates, read_numbers, read_table, read_text, refuse

REQUIRED = ("client_id", "product_id", "date")
OPTIONAL = ("quantity", "kind")
BOUGHT, INTERESTED, RETURNED, DISMISSED = "bought", "interested", "returned", "dismissed"
#: What is meant by each kind; others say nothing about what a client wants.
KINDS = {
    **dict.fromkeys(("purchase", "sale", "bought"), BOUGHT),
    **dict.fromkeys(("click", "view", "order", "basket"), INTERESTED),
    **dict.fromkeys(("return", "returned"), RETURNED),
    **dict.fromkeys(("dismiss", "dismissed"), DISMISSED),
}
#: Of a product that was looked at, and not bought, beside one that was bought.
INTEREST = 0.2


@dataclass(frozen=True)
class Interactions:
    """
    Purchases, one per client, product and day, ordered by client; days count from 1970-01-01.

    client, product, day: of each purchase, numbers of `clients` and of `products`, and the day.
    interested: pairs (client, product) that were looked at, [pairs, 2].
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
        clients, own = np.unique(client, return_inverse=True)
        products, of = np.unique(product, return_inverse=True)
        to_client, to_product = numbering(self.shape[0], clients), numbering(self.shape[1], products)
        pairs = np.stack([to_client[self.interested[:, 0]], to_product[self.interested[:, 1]]], axis=1)
        return replace(
            self,
            clients=self.clients[clients],
            products=self.products[products],
            client=own,
            product=of,
            day=self.day[kept],
            interested=pairs[(pairs >= 0).all(axis=1)],
        )

    def with_products(self, products: np.ndarray) -> "Interactions":
        """The same, with products behind its own that nobody has bought yet."""
        return replace(self, products=products)

    def matrix(self, weights: np.ndarray | None = None) -> sparse.csr_matrix:
        """[clients, products]: on how many days a client bought a product, or the sum of the purchases' weights."""
        values = np.ones(len(self.client), np.float32) if weights is None else weights.astype(np.float32)
        return sparse.csr_matrix((values, (self.client, self.product)), shape=self.shape)

    def interest(self) -> sparse.csr_matrix:
        """[clients, products]: 1 where a client bought a product, less where it was only looked at."""
        found = self.matrix()
        found.data[:] = 1
        if len(self.interested) == 0:
            return found
        values = np.full(len(self.interested), INTEREST, np.float32)
        looked = sparse.csr_matrix((values, (self.interested[:, 0], self.interested[:, 1])), shape=self.shape)
        looked.data[:] = INTEREST
        return found.maximum(looked)


def numbering(size: int, kept: np.ndarray) -> np.ndarray:
    """[size]: the new number of each, -1 of what is not kept."""
    numbers = np.full(size, -1)
    numbers[kept] = np.arange(len(kept))
    return numbers


def read_interactions(path: str | Path) -> Interactions:
    """
    Rows of a Parquet or CSV file, in any order: client_id, product_id, date, and optionally quantity and kind.
    @throws DataError that names the column, and the row where one is wrong
    """
    return make_interactions(read_table(Path(path)))


def make_interactions(table: pa.Table) -> Interactions:
    """Purchases that were sent back whole are none. @throws DataError"""
    check_columns(table, REQUIRED, OPTIONAL)
    ids = {name: read_text(table, name) for name in ("client_id", "product_id")}
    for name, values in ids.items():
        refuse(values == "", name, "is empty")
    days = read_dates(table).astype("datetime64[D]").astype(np.int64)
    quantity = read_numbers(table, "quantity", may_be_null=True) if has(table, "quantity") else np.ones(table.num_rows)
    quantity = np.where(np.isfinite(quantity), quantity, 1)
    kinds = read_text(table, "kind", or_null="purchase") if has(table, "kind") else np.full(table.num_rows, "purchase", object)
    names, code = np.unique(kinds.astype("U"), return_inverse=True)
    meant = np.array([KINDS.get(str(name).lower(), "") for name in names])[code]
    # A negative quantity is what came back.
    meant = np.where((meant == BOUGHT) & (quantity < 0), RETURNED, meant)
    bought = (meant == BOUGHT) & (quantity > 0)
    if not bought.any():
        raise DataError("nothing is bought in it")
    clients, client = np.unique(ids["client_id"].astype("U"), return_inverse=True)
    products, product = np.unique(ids["product_id"].astype("U"), return_inverse=True)
    pair = client.astype(np.int64) * len(products) + product
    bought &= ~is_sent_back(pair, quantity, bought, meant == RETURNED)
    looked = np.unique(pair[meant == INTERESTED])
    # Days from the first one: a purchase is one number, and unique numbers are in order.
    first = days.min()
    span = int(days.max() - first) + 1
    unique = np.unique(pair[bought] * span + (days[bought] - first))
    own, day = np.divmod(unique, span)
    everything = Interactions(
        clients=clients,
        products=products,
        client=own // len(products),
        product=own % len(products),
        day=day + first,
        interested=np.stack([looked // len(products), looked % len(products)], axis=1),
    )
    return everything.only(np.ones(len(unique), bool))


def has(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table.column(name).null_count < table.num_rows


def is_sent_back(pair: np.ndarray, quantity: np.ndarray, bought: np.ndarray, returned: np.ndarray) -> np.ndarray:
    """[rows]: of a client and a product of which as much came back as was bought."""
    if not returned.any():
        return np.zeros(len(pair), bool)
    pairs, at = np.unique(pair, return_inverse=True)
    kept = np.bincount(at[bought], quantity[bought], len(pairs)) - np.bincount(at[returned], np.abs(quantity[returned]), len(pairs))
    touched = np.bincount(at[returned], minlength=len(pairs)) > 0
    return (touched & (kept <= 0))[at]
