"""What Python says of each client's candidates, for a comparison with TypeScript.

Request: {"interactions": file, "products": file, "parameters"}. The result is {client: {product: value}}.
"""

from cordage_job import run


def observe(request):
    import numpy as np

    from propositions.content import read_catalogue
    from propositions.interactions import read_interactions
    from propositions.recommender import Recommender, prepare
    from propositions.stored import from_parameters

    history = read_interactions(request["interactions"])
    days = np.full(history.shape[0], history.end)
    order = from_parameters(request["parameters"])
    recommender = Recommender(*prepare(history, read_catalogue(request["products"]), days), order)
    found = {}
    for clients in recommender.parts(np.arange(history.shape[0])):
        candidates = recommender.observer.observe(clients, 40, True)
        value = order.value(candidates)
        for row, client in enumerate(clients):
            ids = recommender.catalogue.ids[candidates.product[row]]
            found[str(history.clients[client])] = {str(one): float(said) for one, said in zip(ids, value[row], strict=True)}
    return found


run(observe)
