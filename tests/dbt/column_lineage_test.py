"""Prints what the models of a compiled project are made of (dbt/column_lineage.py), as JSON.

    column_lineage_test.py TARGET_FOLDER ENGINE < systems.json
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "dbt"))
from column_lineage import describe_models

target = Path(sys.argv[1])
manifest = json.loads((target / "manifest.json").read_text())
nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
ordered = []


def add(name):
    if name in nodes and name not in ordered:
        for parent in nodes[name]["depends_on"]["nodes"]:
            add(parent)
        ordered.append(name)


for name in nodes:
    add(name)
compiled = target / "compiled" / "cordage"
models = [
    {
        "name": nodes[name]["name"],
        "sql": (compiled / nodes[name]["original_file_path"]).read_text(),
        "reads": nodes[name]["depends_on"]["nodes"],
    }
    for name in ordered
]
systems = json.load(sys.stdin)
memory = target / "column-lineage.json"
described = describe_models(models, systems, sys.argv[2], memory)
# The same again, out of what it remembers.
assert describe_models(models, systems, sys.argv[2], memory) == described
print(json.dumps(described))
