"""The back-test's door: npm run backtest -- propositions (stacks/backtest/main.ts).

Request: {"interactions": file, "products": file or null, "split": "days:30" or "last-basket", "models": ["served", "als"] or null, "out": folder}
Progress is {"done", "total", "model"}. The result is the report (propositions/backtest.py), which is in the folder as well.
"""

from pathlib import Path

from cordage_job import JobError, progress, run


def backtest(request):
    from propositions.content import read_catalogue
    from propositions.interactions import id_types, make_interactions, read_rows
    from tabular import DataError, write_report

    try:
        rows = read_rows(request["interactions"])
        types, history = id_types(rows), make_interactions(rows)
        del rows
        catalogue = read_catalogue(request["products"])
        # What it is compared with takes a second to load, and none is needed to say what is wrong with a file.
        from propositions import backtest as door

        known, lists, report = door.run(history, catalogue, request["split"], door.choose(request["models"]), progress)
    except DataError as error:
        raise JobError(str(error), "bad_interactions") from error
    write_report(Path(request["out"]), "lists.parquet", door.to_table(known, lists, types), report)
    return report


run(backtest)
