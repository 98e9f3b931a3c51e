"""Trains a small residual network on Fashion-MNIST in PyTorch and exports it: configs/networks/small_resnet.onnx.

usage: python3 train_small_resnet.py OUTPUT.onnx
Needs torch, onnx, onnxscript, and Debian's dataset-fashion-mnist. Pictures are as the data set fashion_mnist makes them:
28x28 grey values with two pixels of zeros around, three times, divided by 255, mean 0.2860 and deviation 0.3530 taken off.
"""
import gzip
import sys

import numpy
import torch
import torch.nn.functional as F

import networks

ROOT = "/usr/share/datasets/fashion-mnist"


def read(name, header):
    with gzip.open(f"{ROOT}/{name}.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def pictures(split):
    grey = torch.from_numpy(read(f"{split}-images-idx3-ubyte", 16).copy()).reshape(-1, 1, 28, 28)
    labels = torch.from_numpy(read(f"{split}-labels-idx1-ubyte", 8).copy()).long()
    return grey, labels


def network_input(grey):
    x = F.pad(grey.float() / 255, (2, 2, 2, 2))
    return ((x - 0.2860) / 0.3530).expand(-1, 3, -1, -1)


def accuracy(model, grey, labels):
    model.eval()
    with torch.no_grad():
        right = sum((model(network_input(g)).argmax(1) == l).sum().item()
                    for g, l in zip(grey.split(500), labels.split(500)))
    return 100 * right / len(labels)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    grey, labels = pictures("train")
    grey, labels = grey[:20000], labels[:20000]
    model = networks.CifarResNet(blocks=1, widths=(8, 16, 32))
    epochs, batch = 4, 64
    steps = epochs * (len(labels) // batch)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(labels))
        for rows in order.split(batch)[: len(labels) // batch]:
            optimizer.zero_grad()
            F.cross_entropy(model(network_input(grey[rows])), labels[rows]).backward()
            optimizer.step()
            schedule.step()
        print(epoch, accuracy(model, *pictures("t10k")), flush=True)
    networks.export(model, torch.zeros(2, 3, 32, 32), sys.argv[1], "dynamo")


if __name__ == "__main__":
    main()
