"""What is known of each product before the day `origin`, for scoring (forecasting/serving.py).

Request: {"panel": file, "origin": day, "trainedHorizon": days, "horizon": days, "out": file, "newcomers": [{"product_id", "category",
"subcategory", "price"}], "jumped": {product: units}}. Newcomers are products that are new, and have not been sold yet; of those that
jumped, what has been sold on the day `origin`, which is not over, counts already.
The file gets a JSON object a line. The result is {"products", "days"}: rows of the file, days of the panel.
"""

import json
from itertools import chain
from pathlib import Path

from cordage_job import JobError, run


def describe(request):
    import numpy as np

    from forecasting.panel import make_panel
    from tabular import DataError, read_table
    from forecasting.serving import moment_for_serving, moment_of_jumped, product_rows

    try:
        table = read_table(Path(request["panel"]))
        panel = make_panel(table)
    except DataError as error:
        raise JobError(str(error), "bad_panel") from error
    origin = panel.day_of(np.datetime64(request["origin"], "D"))
    if origin < 1:
        return {"products": 0, "days": 0}
    by_product = describe_products(table)
    served = np.array([by_product[name]["planned"] for name in panel.series], bool)
    horizon, jumped = request["horizon"], request["jumped"]
    moment = moment_for_serving(panel, origin, request["trainedHorizon"], horizon)
    has_jumped = np.isin(np.array(panel.series, dtype=object), list(jumped))
    rows = [product_rows(panel, moment, horizon, served & ~has_jumped)]
    if has_jumped.any():
        grown, later = moment_of_jumped(panel, moment, jumped, request["trainedHorizon"], horizon)
        rows.append(with_today(product_rows(grown, later, horizon, served & has_jumped), request["origin"], jumped))
    products = 0
    with open(request["out"], "w", encoding="utf-8") as file:
        for row in chain(*rows):
            own = by_product[row["product_id"]]
            row |= {"category": own["category"], "subcategory": own["subcategory"]}
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            products += 1
        for row in newcomer_rows(request["newcomers"], by_product, panel, moment, horizon):
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            products += 1
    return {"products": products, "days": origin}


def with_today(rows, origin, jumped):
    """The day that is not over is the first that is forecast, as that of all others; what was sold on it is what is said of it."""
    for row in rows:
        row["origin"] = origin
        row["values"]["sold_today"] = jumped[row["product_id"]]
        row["quantity"].pop()
        row["out_of_stock"].pop()
        yield row


def newcomer_rows(newcomers, by_product, panel, moment, horizon):
    """As products of their kind and price began; none of a product for which there are no such products."""
    import numpy as np

    from forecasting.analogy import Kind, beginnings
    from forecasting.serving import newcomer_row

    prices = {}
    if panel.price is not None:
        prices = dict(zip(panel.series, np.nan_to_num(panel.price[:, moment.origin - 1])))

    def kind_of(name):
        own = by_product[name]
        return Kind(own["category"], own["subcategory"], prices.get(name))

    begun = beginnings(panel, moment.closed, moment.origin, kind_of)
    for one in newcomers:
        like = begun.like(Kind(one["category"], one["subcategory"], one["price"]))
        if like and one["product_id"] not in by_product:
            row = newcomer_row(one["product_id"], like, panel, moment, horizon)
            yield row | {"category": one["category"], "subcategory": one["subcategory"]}


def describe_products(table):
    """By product: whether coming days are planned for it, and its categories."""
    names = ("planned", "category", "subcategory")
    rows = table.group_by("series_id").aggregate([(name, "max") for name in names]).to_pylist()
    of = lambda row: {"planned": int(row["planned_max"]) == 1, **{name: row[f"{name}_max"] or None for name in names[1:]}}
    return {row["series_id"]: of(row) for row in rows}


run(describe)
