#!/usr/bin/env python3
"""Makes graph.onnx of an embedding model: the graph as ONNX Runtime has optimised it, whose weights stay in the model's own file.

usage: python3 scripts/make-embedding-graph.py MODEL.onnx GRAPH.onnx
needs: pip install onnx onnxruntime==1.27.0, the version that the program loads

ONNX Runtime takes most of its start to parse and optimise a model and to copy its weights. GRAPH.onnx says at which bytes of MODEL.onnx they stand
(https://github.com/onnx/onnx/blob/main/docs/ExternalData.md), so that they are mapped. Both files must lie in one folder. The operators are those
that the runtime would choose itself, so vectors are the same to the bit.
"""
import os
import sys
import tempfile

import onnx
import onnxruntime

# Arrays of this many bytes and more stay in the model's file. Those of floats are short, and need not stand there at a multiple of four.
LEAST_BYTES = 4096
OF_BYTES = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)


def optimised(path):
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = os.path.join(folder, "optimised.onnx")
        options.log_severity_level = 3
        onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)


def refer(tensor, content, name):
    """The weights of a tensor are those at a place of the file `name`."""
    offset = content.find(tensor.raw_data)
    if offset < 0:
        raise SystemExit(f"{tensor.name}: its weights are not in {name}")
    length = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", name), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))


def shorten_names(graph):
    """Names are a third of the graph. Those of its inputs and outputs stay."""
    kept = {value.name for value in (*graph.input, *graph.output)}
    short = {"": ""}

    def name(long):
        return long if long in kept else short.setdefault(long, format(len(short), "x"))

    for node in graph.node:
        node.name = ""
        node.doc_string = ""
        node.input[:] = [name(one) for one in node.input]
        node.output[:] = [name(one) for one in node.output]
    for tensor in graph.initializer:
        tensor.name = name(tensor.name)
    graph.ClearField("value_info")


def main():
    source, target = sys.argv[1:]
    model = optimised(source)
    with open(source, "rb") as file:
        content = file.read()
    for tensor in model.graph.initializer:
        if tensor.data_type in OF_BYTES and len(tensor.raw_data) >= LEAST_BYTES:
            refer(tensor, content, os.path.basename(source))
    shorten_names(model.graph)
    used = {node.domain for node in model.graph.node}
    for extra in [one for one in model.opset_import if one.domain not in used]:
        model.opset_import.remove(extra)
    onnx.save(model, target)
    print(f"{target}: {os.path.getsize(target)} bytes")


if __name__ == "__main__":
    main()
