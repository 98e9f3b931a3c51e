"""Logits of the CIFAR models from definitions written in PyTorch, for cifar_models_test.cpp.

Parameters and the input come from the generator that tests/helpers/generated_parameters.h describes.
usage: python make_references.py
"""
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "support"))
import generated_parameters  # noqa: E402


def generated(name, shape):
    return torch.from_numpy(generated_parameters.generated(name, shape))


def conv_bn(x, conv, bn, out_channels, kernel, stride=1, groups=1):
    weight = generated(conv + ".weight", (out_channels, x.shape[1] // groups, kernel, kernel))
    y = F.conv2d(x, weight, None, stride, kernel // 2, 1, groups)
    part = lambda p: generated(f"{bn}.{p}", (out_channels,))
    return F.batch_norm(y, part("running_mean"), part("running_var"), part("weight"), part("bias"))


def linear(x, name, classes):
    return F.linear(x, generated(name + ".weight", (classes, x.shape[1])), generated(name + ".bias", (classes,)))


def resnet20(x):
    x = F.relu(conv_bn(x, "conv1", "bn1", 16, 3))
    for stage, width in enumerate((16, 32, 64), 1):
        for block in range(3):
            name = f"layer{stage}.{block}"
            stride = 2 if x.shape[1] != width else 1
            y = F.relu(conv_bn(x, name + ".conv1", name + ".bn1", width, 3, stride))
            y = conv_bn(y, name + ".conv2", name + ".bn2", width, 3)
            if stride == 2:
                pad = (width - x.shape[1]) // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, pad, pad))
            x = F.relu(x + y)
    return linear(x.mean((2, 3)), "linear", 10)


def mobilenet_v2_cifar(x):
    x = F.relu6(conv_bn(x, "features.0.0", "features.0.1", 16, 3))
    index = 1
    for expansion, width, blocks, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 3, 2), (6, 96, 1, 1)):
        for block in range(blocks):
            name = f"features.{index}.conv"
            s = stride if block == 0 else 1
            hidden = x.shape[1] * expansion
            y, part = x, 0
            if expansion != 1:
                y, part = F.relu6(conv_bn(y, f"{name}.0.0", f"{name}.0.1", hidden, 1)), 1
            y = F.relu6(conv_bn(y, f"{name}.{part}.0", f"{name}.{part}.1", hidden, 3, s, hidden))
            y = conv_bn(y, f"{name}.{part + 1}", f"{name}.{part + 2}", width, 1)
            x = x + y if s == 1 and x.shape[1] == width else y
            index += 1
    x = F.relu6(conv_bn(x, f"features.{index}.0", f"features.{index}.1", 320, 1))
    return linear(x.mean((2, 3)), "classifier.1", 10)


for model in (resnet20, mobilenet_v2_cifar):
    logits = model(generated("input", (2, 3, 32, 32)))
    print(model.__name__, ", ".join(f"{v:.8g}F" for v in logits.flatten().tolist()))
