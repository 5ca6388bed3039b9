"""A trained forecaster as it is kept: what scoring in another language needs, and what training needs of an older one."""

import base64
import hashlib

import lightgbm
import numpy as np

from .boosted import Boosted
from .forecaster import NAIVE, Choice, Forecaster
from .quantiles import Calibration
from .serving import number

#: What trees begin from: the ratio of demand to what is usual is learnt as its difference to 1.
STARTS = {"ratio": 1.0, "tweedie": 0.0}


def to_stored(forecaster: Forecaster, series: list[str], horizon: int) -> dict:
    """
    {"members": {name: {"onnx", "sha256", "lightgbm"}}, "parameters": …}, as JSON has it. Without trees there are no members. A series
    that is not among the choices is served by the trees alone.
    """
    choice, model = forecaster.choice, forecaster.model
    mixed = np.flatnonzero(choice.share > 0)
    return {
        "members": {} if model is None else {name: to_member(getattr(model, name), len(model.names)) for name in STARTS},
        "parameters": {
            "features": [] if model is None else model.names,
            "typical": [] if model is None else [number(value) for value in model.typical],
            "starts": STARTS,
            "horizonDays": horizon,
            "volume": forecaster.volume,
            "levels": forecaster.calibration.levels.tolist(),
            "choice": {series[at]: [str(choice.other[at]), float(choice.share[at])] for at in mixed},
        },
    }


def to_member(booster: lightgbm.Booster, features: int) -> dict:
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    graph = convert_lightgbm(booster, initial_types=[("features", FloatTensorType([None, features]))], zipmap=False, target_opset=15)
    onnx = graph.SerializeToString()
    return {
        "onnx": base64.b64encode(onnx).decode(),
        "sha256": hashlib.sha256(onnx).hexdigest(),
        "lightgbm": booster.model_to_string(),
    }


def from_stored(stored: dict, series: list[str]) -> Forecaster:
    """The same for a panel's series, which may be others than it was trained on."""
    members, parameters = stored["members"], stored["parameters"]
    boosters = {name: lightgbm.Booster(model_str=member["lightgbm"]) for name, member in members.items()}
    chosen = [parameters["choice"].get(one, (NAIVE, 0.0)) for one in series]
    choice = Choice(np.array([name for name, _ in chosen], dtype=object), np.array([share for _, share in chosen], float))
    model = Boosted(parameters["features"], np.array(parameters["typical"], float), **boosters) if boosters else None
    return Forecaster(model, choice, parameters["volume"], Calibration(np.array(parameters["levels"])))
