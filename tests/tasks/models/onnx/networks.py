"""The built-in architectures as PyTorch modules under the names of their checkpoints, and their export.

usage: python3 networks.py ARCHITECTURE CHECKPOINT OUTPUT [--exporter torchscript|dynamo] [--size 32]
Needs torch, safetensors, onnx, onnxscript. The architectures: resnet20, mobilenet_v2_cifar (32x32 pictures).
"""
import argparse
import pathlib

import torch
import torch.nn.functional as F
from torch import nn


class PaddedBlock(nn.Module):
    """A basic block whose shortcut takes every second position and pads the channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.new_channels = outputs - inputs
        stride = 2 if self.new_channels else 1
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.new_channels:
            half = self.new_channels // 2
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, self.new_channels - half))
        return F.relu(y + x)


class CifarResNet(nn.Module):
    def __init__(self, blocks=3, widths=(16, 32, 64), classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        channels = widths[0]
        for stage, width in enumerate(widths, 1):
            layers = []
            for _ in range(blocks):
                layers.append(PaddedBlock(channels, width))
                channels = width
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.stages = len(widths)
        self.linear = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
        return self.linear(x.mean((2, 3)))


def conv_bn_relu6(inputs, outputs, kernel, stride=1, groups=1):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU6())


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride):
        super().__init__()
        hidden = inputs * expansion
        parts = [conv_bn_relu6(inputs, hidden, 1)] if expansion != 1 else []
        parts.append(conv_bn_relu6(hidden, hidden, 3, stride, hidden))
        parts += [nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.conv = nn.Sequential(*parts)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, stem=16, groups=((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 3, 2), (6, 96, 1, 1)),
                 last=320, classes=10):
        super().__init__()
        features = [conv_bn_relu6(3, stem, 3)]
        channels = stem
        for expansion, width, blocks, stride in groups:
            for block in range(blocks):
                features.append(InvertedResidual(channels, width, expansion, stride if block == 0 else 1))
                channels = width
        features.append(conv_bn_relu6(channels, last, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


ARCHITECTURES = {"resnet20": CifarResNet, "mobilenet_v2_cifar": MobileNetV2}


def strip(path):
    """Without the exporter's stack traces, which hold paths."""
    import onnx

    model = onnx.load(path)
    for node in model.graph.node:
        kept = [p for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    del model.graph.value_info[:]
    onnx.save(model, path)


def export(model, sample, path, exporter, opset=None, batch=True):
    """Writes one file with its weights inside; the batch stays open unless it is to be fixed."""
    model.eval()
    path = str(path)
    if exporter == "torchscript":
        axes = {"x": {0: "batch"}} if batch else None
        torch.onnx.export(model, (sample,), path, dynamo=False, input_names=["x"], dynamic_axes=axes,
                          opset_version=opset or 17)
    else:
        shapes = ({0: torch.export.Dim("batch", min=1, max=4096)},) if batch else None
        torch.onnx.export(model, (sample,), path, dynamo=True, input_names=["x"], dynamic_shapes=shapes,
                          opset_version=opset or 20, external_data=False)
    strip(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("architecture", choices=ARCHITECTURES)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--exporter", choices=("torchscript", "dynamo"), default="torchscript")
    arguments = parser.parse_args()
    from safetensors.torch import load_file

    model = ARCHITECTURES[arguments.architecture]()
    model.load_state_dict(load_file(arguments.checkpoint), strict=False)
    export(model, torch.zeros(2, 3, 32, 32), arguments.output, arguments.exporter)


if __name__ == "__main__":
    main()
