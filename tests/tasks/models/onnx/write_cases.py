"""Networks of torchvision and timm with random weights as ONNX, each with an input and ONNX Runtime's output for it.

usage: python3 write_cases.py FOLDER [--exporter dynamo|torchscript] NAME...
Needs torch, torchvision, timm, onnx, onnxruntime, onnxscript. What the test of networks in a folder (cases_test.cpp) reads.
"""
import argparse
import pathlib

import numpy
import onnxruntime
import torch
from onnx import numpy_helper

import networks

SIZES = {"inception_v3": 299}


def make(name):
    import torchvision

    if name in torchvision.models.list_models():
        options = {"aux_logits": True, "init_weights": False} if name == "inception_v3" else {}
        return torchvision.models.get_model(name, weights=None, **options)
    import timm

    return timm.create_model(name, pretrained=False)


def write(folder, name, exporter):
    torch.manual_seed(0)
    size = SIZES.get(name, 224)
    model = make(name).eval()
    path = folder / f"{name}.{exporter}.onnx"
    networks.export(model, torch.zeros(2, 3, size, size), path, exporter)
    array = numpy.random.default_rng(1).standard_normal((2, 3, size, size), dtype=numpy.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {session.get_inputs()[0].name: array})
    for kind, values in (("input", array), ("output", output)):
        (folder / f"{name}.{exporter}.{kind}.pb").write_bytes(numpy_helper.from_array(values).SerializeToString())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--exporter", choices=("torchscript", "dynamo"), default="dynamo")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        write(arguments.folder, name, arguments.exporter)
        print(name, flush=True)


if __name__ == "__main__":
    main()
