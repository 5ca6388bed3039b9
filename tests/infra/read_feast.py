"""Asks Feast for what was known of products at moments: one JSON request on standard input, {"features", "asked": [{"product_id",
"event_timestamp"}]}. Prints {"types": {...}, "rows": [...]}, the rows in the order of what was asked."""

import json
import sys
from pathlib import Path

import pandas as pd
from feast import FeatureStore

request = json.load(sys.stdin)
asked = pd.DataFrame(request["asked"])
asked["event_timestamp"] = pd.to_datetime(asked["event_timestamp"], utc=True)
asked["place"] = range(len(asked))
store = FeatureStore(repo_path=str(Path(__file__).parents[2] / "feast"))
answer = store.get_historical_features(entity_df=asked, features=request["features"]).to_arrow()
rows = sorted(answer.to_pylist(), key=lambda row: row["place"])
names = [feature.split(":")[1] for feature in request["features"]]
types = {name: str(answer.schema.field(name).type) for name in names}
print(json.dumps({"types": types, "rows": [{name: row[name] for name in names} for row in rows]}))
