"""MLflow's own client, as somebody uses it beside Cordage: python use_mlflow.py <server> <model> read <folder> | move <alias> <version>.

`read` prints each run of the experiment of that name with the files of its folder, which are downloaded, and the registered versions, as JSON.
"""

import json
import sys
from pathlib import Path

from mlflow.artifacts import download_artifacts
from mlflow.tracking import MlflowClient


def read(client, server, name, folder):
    experiment = client.get_experiment_by_name(name)
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"])
    print(
        json.dumps(
            {
                "runs": [read_run(run, server, Path(folder) / run.info.run_id) for run in runs],
                "versions": [read_version(client, name, one.version) for one in client.search_model_versions(f"name='{name}'")],
                "aliases": client.get_registered_model(name).aliases,
            }
        )
    )


def read_run(run, server, folder):
    folder.mkdir(parents=True)
    path = Path(download_artifacts(run_id=run.info.run_id, dst_path=str(folder), tracking_uri=server))
    files = {str(file.relative_to(path)): str(file) for file in path.rglob("*") if file.is_file()}
    own = {"id": run.info.run_id, "name": run.info.run_name, "status": run.info.status, "files": files}
    return {**own, "parameters": run.data.params, "metrics": run.data.metrics, "tags": run.data.tags}


def read_version(client, name, version):
    found = client.get_model_version(name, version)
    return {"version": str(found.version), "runId": found.run_id, "source": found.source, "tags": found.tags}


server, name, command, *rest = sys.argv[1:]
client = MlflowClient(tracking_uri=server)
if command == "read":
    read(client, server, name, *rest)
else:
    client.set_registered_model_alias(name, *rest)
