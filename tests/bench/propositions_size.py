"""Makes purchases of a large shop, as the back-test's door takes them: python propositions_size.py <file> <clients> <products> <purchases>.

Few products are bought by many, clients have a taste of some groups of products, products have a season, and some are bought again.
"""

import sys

import numpy as np
import pyarrow as pa
from pyarrow import parquet

DAYS = 730
GROUPS, TASTES = 200, 4
SEED = 20260103
AT_ONCE = 2_000_000


def draw(generator, cumulated: np.ndarray, count: int) -> np.ndarray:
    return np.minimum(np.searchsorted(cumulated, generator.random(count) * cumulated[-1]), len(cumulated) - 1)


def main(path: str, clients: int, products: int, purchases: int) -> None:
    generator = np.random.default_rng(SEED)
    popularity = (np.arange(products) + 20.0) ** -0.9
    # Products of a group are those whose number has the same remainder: each has popular ones.
    in_group = [np.cumsum(popularity[group::GROUPS]) for group in range(GROUPS)]
    taste = generator.integers(0, GROUPS, (clients, TASTES))
    activity = np.cumsum(generator.lognormal(0, 1, clients))
    peak, launched = generator.uniform(0, 365, products), generator.integers(-DAYS, DAYS - 30, products)
    schema = pa.schema([("client_id", pa.string()), ("product_id", pa.string()), ("date", pa.date32()), ("quantity", pa.int32())])
    start = int(np.datetime64("2024-01-01", "D").astype(int))
    written = 0
    with parquet.ParquetWriter(path, schema) as file:
        while written < purchases:
            client = draw(generator, activity, AT_ONCE)
            group = taste[client, generator.integers(0, TASTES, AT_ONCE)]
            product = np.empty(AT_ONCE, int)
            for one in range(GROUPS):
                of = np.flatnonzero(group == one)
                product[of] = draw(generator, in_group[one], len(of)) * GROUPS + one
            product = np.minimum(product, products - 1)
            # Baskets: clients come on every twentieth day or so, and on days of their own.
            day = generator.integers(0, DAYS // 20, AT_ONCE) * 20 + (client * 7) % 20
            season = 0.4 + 0.6 * np.cos((day - peak[product]) / 365 * 2 * np.pi) ** 2
            kept = (generator.random(AT_ONCE) < season) & (day >= launched[product]) & (day < DAYS)
            kept = np.flatnonzero(kept)[: purchases - written]
            number = lambda prefix, values: pa.array(np.char.add(prefix, values.astype("U")), pa.string())
            columns = [number("c", client[kept]), number("p", product[kept]), pa.array((start + day[kept]).astype("datetime64[D]"), pa.date32())]
            file.write_table(pa.table([*columns, pa.array(np.ones(len(kept), np.int32))], schema=schema))
            written += len(kept)


main(sys.argv[1], *(int(argument) for argument in sys.argv[2:5]))
