"""What is alike in products: words of their names, categories, brands, prices."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from tabular import check_columns, read_ids, read_numbers, read_table, read_text

TEXTS = ("name", "category", "subcategory", "brand", "model", "description")
WORD = re.compile(r"[^\W\d_]{3,}")
#: A trait that most products have parts none of them.
COMMON = 0.5
#: Bands of price per doubling.
BANDS = 2


@dataclass(frozen=True)
class Catalogue:
    """Products by number, in the order of their ids. texts: by column, [products]; price: [products], NaN where it is not known."""

    ids: np.ndarray
    texts: dict[str, np.ndarray]
    price: np.ndarray

    def of(self, products: np.ndarray) -> "Catalogue":
        """The same for these ids, and for those of its own that are not among them, behind; without any of a product that it lacks."""
        ids = np.concatenate([products, np.setdiff1d(self.ids, products)])
        if len(self.ids) == 0:
            return Catalogue(ids, {}, np.full(len(ids), np.nan))
        at = {one: number for number, one in enumerate(self.ids)}
        numbers = np.array([at.get(one, -1) for one in ids], int)
        pick = lambda values, none: np.append(values, none)[numbers]
        return Catalogue(ids, {name: pick(values, "") for name, values in self.texts.items()}, pick(self.price, np.nan).astype(float))

    def only(self, products: np.ndarray) -> "Catalogue":
        """The same without products that are not among these ids."""
        kept = np.isin(self.ids, products)
        return Catalogue(self.ids[kept], {name: values[kept] for name, values in self.texts.items()}, self.price[kept])


def read_catalogue(path: str | Path | None) -> Catalogue:
    """
    Rows of a Parquet or CSV file: product_id, and optionally name, category, subcategory, brand, model, description, price.
    @throws DataError
    """
    if path is None:
        return Catalogue(np.array([], dtype=object), {}, np.array([]))
    table = read_table(Path(path), ("product_id", *TEXTS, "price"))
    check_columns(table, ("product_id",), (*TEXTS, "price"), may_be_empty=True)
    ids, number = read_ids(table, "product_id")
    # The first row of each product.
    first = np.unique(number, return_index=True)[1]
    texts = {name: read_text(table, name, or_null="")[first] for name in TEXTS if name in table.column_names}
    price = read_prices(table)[first] if "price" in table.column_names else np.full(len(ids), np.nan)
    return Catalogue(ids, texts, price)


def read_prices(table: pa.Table) -> np.ndarray:
    """NaN where it is not known: some programs write that into a file."""
    column = table.column("price")
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    return read_numbers(pa.table({"price": column}), "price", may_be_null=True)


def traits(catalogue: Catalogue) -> sparse.csr_matrix:
    """[traits, products]: rare traits count for more. Ids count as names where there are none, as in files that have only those."""
    names = catalogue.texts.get("name", catalogue.ids)
    found: list[set[str]] = [set(WORD.findall(str(name).casefold())) for name in names]
    for column, values in catalogue.texts.items():
        if column not in ("name", "description"):
            for own, value in zip(found, values, strict=True):
                if value:
                    own.add(f"{column}={value}")
    for own, price in zip(found, catalogue.price, strict=True):
        if price > 0:
            own.add(f"price={round(np.log2(price) * BANDS)}")
    numbers = {trait: number for number, trait in enumerate(sorted(set().union(*found)))}
    at = [numbers[trait] for own in found for trait in sorted(own)]
    of = [product for product, own in enumerate(found) for _ in own]
    matrix = sparse.csr_matrix((np.ones(len(at), np.float32), (at, of)), shape=(len(numbers), len(found)))
    count = matrix.getnnz(axis=1)
    kept = (count > 1) & (count < max(COMMON * len(found), 2))
    return (sparse.diags((np.maximum(count, 1) ** -0.5).astype(np.float32)) @ matrix).tocsr()[kept]
