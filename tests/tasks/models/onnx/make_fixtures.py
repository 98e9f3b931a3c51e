"""Writes the small networks that the tests import into data/, with an input and ONNX Runtime's output for it.

usage: python3 make_fixtures.py
Needs torch, onnx, onnxruntime, onnxscript. Weights are random, from fixed seeds.
"""
import pathlib

import numpy
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import networks

DATA = pathlib.Path(__file__).parent / "data"


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 2, 1)
        self.fc2 = nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x):
        scale = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(scale))))


class MixedBlock(nn.Module):
    """Branches that are joined, a gate, and SiLU as the product that exporters make of it."""

    def __init__(self, channels):
        super().__init__()
        self.left = nn.Conv2d(channels, channels // 2, 1)
        self.right = nn.Conv2d(channels, channels // 2, 3, padding=1)
        self.se = SqueezeExcite(channels)

    def forward(self, x):
        return self.se(F.silu(torch.cat([self.left(x), self.right(x)], 1))) + x


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.BatchNorm2d(8)
        self.blocks = nn.Sequential(MixedBlock(8), MixedBlock(8))
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.stem(x))), 2)
        return self.head(self.blocks(x).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        weights = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 2 * width)
        self.fc2 = nn.Linear(2 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class EncoderBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, 2)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    """With a class token, so that the batch enters a shape that a constant is expanded to."""

    def __init__(self, width=8):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, width, 4, 4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 5, width))
        self.blocks = nn.Sequential(EncoderBlock(width), EncoderBlock(width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def write_tensor(path, array):
    path.write_bytes(numpy_helper.from_array(array).SerializeToString())


def write_case(name, sizes, model=None):
    """An input and the output for it of a model, by default the one in data/."""
    array = numpy.random.default_rng(1).standard_normal(sizes, dtype=numpy.float32)
    model = model or onnx.load(DATA / f"{name}.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {session.get_inputs()[0].name: array})
    write_tensor(DATA / f"{name}.input.pb", array)
    write_tensor(DATA / f"{name}.output.pb", output)


def randomize(model):
    """Statistics and biases that are not those of a fresh network."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.bias, std=0.1)
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return model


def export(name, model, size, exporter, **options):
    torch.manual_seed(0)
    model = randomize(model())
    open_batch = options.get("batch", True)
    sample = torch.zeros(2 if open_batch else 1, 3, size, size)
    networks.export(model, sample, DATA / f"{name}.onnx", exporter, **options)
    write_case(name, (3 if open_batch else 1, 3, size, size))


def tiny_resnet():
    return networks.CifarResNet(blocks=1, widths=(4, 8))


def tiny_mobilenet():
    return networks.MobileNetV2(stem=4, groups=((1, 4, 1, 1), (2, 8, 2, 2)), last=16, classes=5)


def with_half_weights():
    """The mixed network with float16 and bfloat16 weights that are cast where they are read.

    ONNX Runtime cannot cast the latter, so it gets the same numbers in float32.
    """
    model = onnx.load(DATA / "mixed.onnx")
    rounded = onnx.load(DATA / "mixed.onnx")
    for number, tensor in enumerate(model.graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype != numpy.float32 or array.ndim < 2:
            continue
        name, kind = tensor.name, TensorProto.FLOAT16 if number % 2 else TensorProto.BFLOAT16
        half = helper.make_tensor(name + ".half", kind, array.shape, array.flatten())
        values = numpy_helper.to_array(half).astype(numpy.float32)
        rounded.graph.initializer[number].CopyFrom(numpy_helper.from_array(values, tensor.name))
        tensor.CopyFrom(half)
        model.graph.node.insert(0, helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    onnx.save(model, DATA / "mixed.half.onnx")
    write_case("mixed.half", (3, 3, 16, 16), rounded)


def with_external_data():
    model = onnx.load(DATA / "tiny_resnet.onnx")
    onnx.save_model(model, DATA / "tiny_resnet.external.onnx", save_as_external_data=True,
                    location="tiny_resnet.external.data", size_threshold=64)


def without_names():
    """What is left where an exporter gives nodes no names."""
    model = onnx.load(DATA / "tiny_resnet.onnx")
    for number, node in enumerate(model.graph.node):
        node.name = f"n{number}"
    for tensor in model.graph.initializer:
        for node in model.graph.node:
            node.input[:] = ["w_" + tensor.name.replace(".", "_") if i == tensor.name else i for i in node.input]
        tensor.name = "w_" + tensor.name.replace(".", "_")
    onnx.save(model, DATA / "tiny_resnet.nameless.onnx")


def main():
    DATA.mkdir(exist_ok=True)
    export("tiny_resnet", tiny_resnet, 16, "torchscript")
    export("tiny_resnet.dynamo", tiny_resnet, 16, "dynamo")
    export("tiny_resnet.fixed_batch", tiny_resnet, 16, "torchscript", batch=False)
    export("tiny_mobilenet", tiny_mobilenet, 16, "torchscript")
    export("tiny_mobilenet.dynamo", tiny_mobilenet, 16, "dynamo")
    export("mixed", Mixed, 16, "torchscript", opset=11)
    export("mixed.dynamo", Mixed, 16, "dynamo")
    export("tiny_vit", VisionTransformer, 8, "torchscript", opset=14)
    export("tiny_vit.dynamo", VisionTransformer, 8, "dynamo")
    with_half_weights()
    with_external_data()
    without_names()


if __name__ == "__main__":
    main()
