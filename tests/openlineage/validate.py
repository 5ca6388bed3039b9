"""Checks events of OpenLineage against the published schemas beside this file, facets included.

    validate.py FILE [FILE ...]      files of one event a line

What is wrong is printed, one line each; the exit status says whether anything was, or there was no event.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

schemas = [json.loads(file.read_text()) for file in Path(__file__).parent.rglob("*.json")]
registry = Registry().with_resources([(schema["$id"], Resource.from_contents(schema)) for schema in schemas])
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"


def check(value, reference):
    validator = Draft202012Validator({"$ref": reference}, registry=registry, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def facets_of(event):
    yield from event["run"]["facets"].items()
    yield from event["job"]["facets"].items()
    for dataset in [*event["inputs"], *event["outputs"]]:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from dataset.get(kind, {}).items()


events = [json.loads(line) for file in sys.argv[1:] for line in Path(file).read_text().splitlines()]
problems = []
for event in events:
    where = f"{event['eventType']} of {event['job']['name']}"
    problems += [f"{where}: {problem}" for problem in check(event, CORE)]
    for name, facet in facets_of(event):
        problems += [f"{where}, {name}: {problem}" for problem in check(facet, facet["_schemaURL"])]
print("\n".join(problems) if problems else f"{len(events)} events")
sys.exit(1 if problems or not events else 0)
