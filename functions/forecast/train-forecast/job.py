"""Trains a forecaster on the days before `origin`, and compares it with the one that serves.

Request: {"panel": file, "origin": day, "horizon": days, "champion": file of a stored forecaster with its "origin", or null, "past": file}
Progress is {"done", "total", "text"}. The result is {"members", "parameters", "metrics", "series", "days", "codeVersion"}; the file `past` gets a
JSON object a line: what would have been said of days that have come, {"product_id", "date", "origin", "mean", "p10", "p90"}.
"""

import json
import os

from cordage_job import JobError, code_version, progress, run

STEPS = 4


def train(request):
    import numpy as np

    import forecasting
    from forecasting import comparison
    from forecasting.features import Observer
    from forecasting.forecaster import train as train_at
    from forecasting.panel import read_panel
    from forecasting.stored import to_stored
    from tabular import DataError

    # Whoever waits for an answer comes first.
    os.nice(10)
    progress(done=0, total=STEPS, text="reading the panel")
    try:
        panel = read_panel(request["panel"])
    except DataError as error:
        raise JobError(str(error), "bad_panel") from error
    origin, horizon = panel.day_of(np.datetime64(request["origin"], "D")), request["horizon"]
    if origin < 1:
        raise JobError("nothing was sold before the first day that is to be forecast", "bad_panel")
    observer = Observer(panel, horizon)
    progress(done=1, total=STEPS, text=f"training on {len(panel.series)} products and {origin} days")
    trained = train_at(observer, origin)
    progress(done=2, total=STEPS, text="comparing with what serves")
    champion = None
    if request["champion"]:
        with open(request["champion"], encoding="utf-8") as file:
            champion = json.load(file)
    metrics = comparison.compare(observer, origin, champion)
    progress(done=3, total=STEPS, text="writing the model")
    with open(request["past"], "w", encoding="utf-8") as file:
        for row in comparison.past_rows(panel, trained, horizon):
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    metrics["backtest"] = comparison.measure_tested(trained)
    stored = to_stored(trained.forecaster, panel.series, horizon)
    return {**stored, "metrics": metrics, "series": len(panel.series), "days": origin, "codeVersion": code_version(forecasting)}


run(train)
