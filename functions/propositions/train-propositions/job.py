"""Trains propositions on what clients did, and compares them with the weights that serve.

Request: {"interactions": file, "products": file, "champion": parameters or null, "influence": file to write}
Progress is {"done", "total", "text"}. The result is {"parameters", "products", "metrics", "clients", "purchases", "codeVersion"}; the
file `influence` has how much each product speaks for others (propositions/stored.py).
"""

import os
from pathlib import Path

from cordage_job import JobError, code_version, progress, run

STEPS = 3


def train(request):
    import propositions
    from propositions import training
    from propositions.content import read_catalogue
    from propositions.interactions import read_interactions
    from propositions.stored import from_parameters, to_parameters, write_influence
    from tabular import DataError

    # Whoever waits for an answer comes first.
    os.nice(10)
    progress(done=0, total=STEPS, text="reading what clients did")
    try:
        history = read_interactions(request["interactions"])
        catalogue = read_catalogue(request["products"])
    except DataError as error:
        raise JobError(str(error), "bad_interactions") from error
    progress(done=1, total=STEPS, text=f"training on {len(history.clients)} clients and {len(history.products)} products")
    champion = from_parameters(request["champion"]) if request["champion"] else None
    trained = training.train(history, catalogue, champion)
    progress(done=2, total=STEPS, text="writing the model")
    recommender = trained.recommender
    write_influence(Path(request["influence"]), recommender.influence)
    return {
        "parameters": to_parameters(recommender.order, history),
        "products": [str(product) for product in recommender.catalogue.ids],
        "metrics": trained.metrics,
        "clients": len(history.clients),
        "purchases": len(history.day),
        "codeVersion": code_version(propositions),
    }


run(train)
