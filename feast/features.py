"""What Feast knows of each product: the facts of feat_product_day (dbt/models/features), by the moment when they were known.

A row's moment is the end of its day at the source. What is asked for at a moment is of the last day that was over then.
"""

from datetime import timedelta

from cordage_warehouse import WarehouseSource
from feast import Entity, FeatureView, Field, ValueType
from feast.types import Bool, Float64, Int32, String

#: After so many days without a build nothing is known any more.
KNOWN_FOR = timedelta(days=7)

product = Entity(name="product", join_keys=["product_id"], value_type=ValueType.STRING, description="A product of any source")

product_day = WarehouseSource(
    name="feat_product_day",
    table="feat_product_day",
    timestamp_field="known_at",
    complete_field="is_complete",
    description="What was known of each product when its day was over",
)


def view(name, description, **features):
    return FeatureView(
        name=name,
        description=description,
        entities=[product],
        ttl=KNOWN_FOR,
        schema=[Field(name=feature, dtype=kind) for feature, kind in features.items()],
        source=product_day,
    )


product_sales = view("product_sales", "Units of the last day", quantity=Float64, returned_quantity=Float64)
product_stock = view("product_stock", "At the end of the last day", stock_quantity=Float64, is_out_of_stock=Bool)
product_price = view(
    "product_price",
    "Price, offer and place in the range on the last day",
    price=Float64,
    currency=String,
    discount=Float64,
    is_promotion=Bool,
    category=String,
    subcategory=String,
)
product_calendar = view(
    "product_calendar", "What day the last one was", is_holiday=Bool, holiday=String, is_closed=Bool, age_days=Int32
)
