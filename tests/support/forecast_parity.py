"""What Python forecasts from a stored model: python forecast_parity.py <panel> <origin> <model.json> <horizon>, as JSON by product."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "shared/python"))

import numpy as np
from forecasting.panel import read_panel
from forecasting.serving import moment_for_serving
from forecasting.stored import from_stored

path, day, model, horizon = sys.argv[1:]
panel = read_panel(path)
stored = json.loads(Path(model).read_text())
origin = panel.day_of(np.datetime64(day, "D"))
moment = moment_for_serving(panel, origin, stored["parameters"]["horizonDays"], int(horizon))
forecast = from_stored(stored, panel.series).forecast(moment, int(horizon))
print(
    json.dumps(
        {
            product: {"mean": mean.tolist(), "band": band.tolist(), "model": str(name)}
            for product, mean, band, name in zip(panel.series, forecast.mean, forecast.band, forecast.model)
        }
    )
)
