"""What a team would use instead, over the same panel and origins: figures as JSON on the last line.

    forecast_others.py PANEL ORIGIN,ORIGIN HORIZON
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "stacks/backtest"))
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import numpy as np
import pandas as pd

from forecasting.measures import Measures
from forecasting.panel import read_panel

#: Prophet fits one series at a time: every tenth.
PROPHET_EVERY = 10


def long_form(panel, origin, series):
    frames = []
    for one in series:
        days = np.flatnonzero(np.isfinite(panel.quantity[one, :origin]))
        frames.append(pd.DataFrame({"unique_id": one, "ds": pd.to_datetime(panel.dates[days]), "y": panel.quantity[one, days].astype(float)}))
    return pd.concat(frames, ignore_index=True)


def in_order(frame, column, series, horizon):
    """[series, horizon] of one row for each series and day."""
    return frame.sort_values(["unique_id", "ds"])[column].to_numpy().reshape(len(series), horizon)


def of_statsforecast(model):
    def forecast(panel, origin, horizon, series):
        from statsforecast import StatsForecast

        found = StatsForecast(models=[model()], freq="D", n_jobs=2).forecast(df=long_form(panel, origin, series), h=horizon).reset_index()
        name = [column for column in found.columns if column not in ("unique_id", "ds", "index")][0]
        return in_order(found, name, series, horizon)

    return forecast


def auto_ets():
    from statsforecast.models import AutoETS

    return AutoETS(season_length=7)


def auto_theta():
    from statsforecast.models import AutoTheta

    return AutoTheta(season_length=7)


def by_mlforecast(panel, origin, horizon, series):
    """A model for each day ahead, as its users' guide does for horizons of weeks."""
    import lightgbm
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    trees = lightgbm.LGBMRegressor(n_estimators=100, learning_rate=0.05, num_leaves=31, n_jobs=2, verbose=-1, random_state=1)
    forecaster = MLForecast(
        models={"lightgbm": trees},
        freq="D",
        lags=[1, 7, 14, 28],
        lag_transforms={1: [RollingMean(7), RollingMean(28)], 7: [RollingMean(28)]},
        date_features=["dayofweek"],
    )
    forecaster.fit(long_form(panel, origin, series), max_horizon=horizon)
    return in_order(forecaster.predict(horizon), "lightgbm", series, horizon)


def by_prophet(panel, origin, horizon, series):
    from prophet import Prophet

    found = []
    for one in series:
        model = Prophet(weekly_seasonality=True, yearly_seasonality=False, daily_seasonality=False)
        model.fit(long_form(panel, origin, [one])[["ds", "y"]])
        future = pd.DataFrame({"ds": pd.to_datetime(panel.dates[0]) + pd.to_timedelta(np.arange(origin, origin + horizon), "D")})
        found.append(model.predict(future)["yhat"].to_numpy())
    return np.array(found)


def main(path, origins, horizon):
    panel = read_panel(path)
    everyone = np.arange(len(panel.series))
    models = {
        "autoets": (of_statsforecast(auto_ets), everyone),
        "theta": (of_statsforecast(auto_theta), everyone),
        "mlforecast": (by_mlforecast, everyone),
        "prophet_every_tenth": (by_prophet, everyone[::PROPHET_EVERY]),
    }
    figures = {}
    for name, (forecast, series) in models.items():
        measures, started = Measures(), time.perf_counter()
        for date in origins:
            origin = panel.day_of(np.datetime64(date))
            mean = np.maximum(np.nan_to_num(forecast(panel, origin, horizon, series)), 0)
            came = panel.quantity[series, origin : origin + horizon]
            measures.add(came, mean, None, None, panel.quantity[series, :origin])
        figures[name] = {**measures.report(), "seconds": round(time.perf_counter() - started, 1)}
    print(json.dumps(figures))


main(sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]))
