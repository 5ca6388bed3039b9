"""The back-test's door: npm run backtest -- forecast (stacks/backtest/main.ts).

Request: {"panel": file, "origins": ["2011-08-19"], "horizon": days, "out": folder}
Progress is {"done", "total", "origin"}. The result is the report (forecasting/backtest.py), which is in the folder as well.
"""

from pathlib import Path

from cordage_job import JobError, progress, run


def backtest(request):
    import numpy as np

    from forecasting import backtest as door
    from forecasting.panel import read_panel
    from tabular import DataError, write_report

    try:
        panel = read_panel(request["panel"])
        origins = [np.datetime64(origin, "D") for origin in request["origins"]]
        forecasts, report = door.run(panel, origins, request["horizon"], progress)
    except DataError as error:
        raise JobError(str(error), "bad_panel") from error
    write_report(Path(request["out"]), "forecasts.parquet", forecasts, report)
    return report


run(backtest)
