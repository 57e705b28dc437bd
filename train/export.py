"""Writes the trained network as int8 ONNX: `python export.py DATA WHEEL OUT`.

Weights get one scale per column, the word table one for all. Activations get scales fixed here, from texts of the
training part, so that what is read beside a text does not change it. Texts of one length go together, so there is no
padding and no mask.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

import measure
import network
import sources

# Texts that set the ranges of activations, and how many of a thousand values of one text may lie beyond: a few far
# values would coarsen the scale for all others.
TEXTS = 600
BEYOND_PERMILLE = 0.0


def whole(net: network.Network, path: Path) -> None:
    torch.onnx.export(
        net, torch.randint(1000, 2000, (2, 12)), path, input_names=["tokens"], output_names=["parts"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("tokens", "parts")}, opset_version=17, dynamo=False)


def ranges(model: onnx.ModelProto, texts: list[list[int]]) -> dict[str, tuple[float, float]]:
    """The range of every activation that is quantised."""
    inputs = sorted({node.input[0] for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"})
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in inputs)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), options())
    low, high = {name: [] for name in inputs}, {name: [] for name in inputs}
    for tokens in texts:
        found = session.run(inputs, {"tokens": numpy.array([tokens])})
        for name, values in zip(inputs, found):
            low[name].append(numpy.quantile(values, BEYOND_PERMILLE / 1000))
            high[name].append(numpy.quantile(values, 1 - BEYOND_PERMILLE / 1000))
    return {name: (min(0.0, float(numpy.min(low[name]))), max(0.0, float(numpy.max(high[name])))) for name in inputs}


def fix_ranges(model: onnx.ModelProto, found: dict[str, tuple[float, float]]) -> None:
    """Puts fixed scales in the place of those that are computed while running."""
    graph = model.graph
    for node in list(graph.node):
        if node.op_type != "DynamicQuantizeLinear":
            continue
        low, high = found[node.input[0]]
        scale = max((high - low) / 255.0, 1e-8)
        quantised, scale_name, zero_name = node.output
        graph.initializer.append(numpy_helper.from_array(numpy.array(scale, numpy.float32), scale_name))
        zero = numpy.array(min(255, max(0, round(-low / scale))), numpy.uint8)
        graph.initializer.append(numpy_helper.from_array(zero, zero_name))
        at = list(graph.node).index(node)
        graph.node.remove(node)
        graph.node.insert(at, helper.make_node("QuantizeLinear", [node.input[0], scale_name, zero_name], [quantised]))
    # The product of both scales is a constant now.
    constants = {initializer.name: initializer for initializer in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "Mul" and all(name in constants for name in node.input):
            one, other = (numpy_helper.to_array(constants[name]) for name in node.input)
            graph.initializer.append(numpy_helper.from_array(one * other, node.output[0]))
            graph.node.remove(node)


def options() -> onnxruntime.SessionOptions:
    found = onnxruntime.SessionOptions()
    found.intra_op_num_threads = 1
    return found


def scores(model: Path, texts: list[list[int]]) -> numpy.ndarray:
    session = onnxruntime.InferenceSession(str(model), options())
    return numpy.stack([session.run(None, {"tokens": numpy.array([tokens])})[0][0].mean(0) for tokens in texts])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("wheel")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--measure", type=int, default=0, help="dev texts to compare the three networks on")
    given = arguments.parse_args()

    net = network.Network()
    net.load_state_dict(torch.load(given.out / "deep.pt"))
    net.eval()
    paths = {name: given.out / f"{name}.onnx" for name in ("float", "dynamic", "deep")}
    whole(net, paths["float"])
    quantize_dynamic(
        paths["float"], paths["dynamic"], weight_type=QuantType.QInt8, per_channel=True, reduce_range=False,
        op_types_to_quantize=["MatMul", "Gather"])

    everything = sources.examples(given.data)
    tokenizer = network.tokenizer(given.wheel)
    encode = lambda some: [code.ids for code in tokenizer.encode_batch([example.text for example in some])]
    learned = [example for example in everything if example.part == "train"]
    model = onnx.load(paths["dynamic"])
    fix_ranges(model, ranges(model, encode(learned[:: len(learned) // TEXTS])))
    onnx.checker.check_model(model)
    onnx.save(model, paths["deep"])
    print(f"{paths['deep']}: {paths['deep'].stat().st_size} bytes", file=sys.stderr)

    if given.measure:
        dev = [example for example in everything if example.part == "dev"]
        dev = dev[:: max(1, len(dev) // given.measure)]
        for name, path in paths.items():
            print(name, json.dumps(measure.figures(dev, scores(path, encode(dev)))), file=sys.stderr)


if __name__ == "__main__":
    main()
