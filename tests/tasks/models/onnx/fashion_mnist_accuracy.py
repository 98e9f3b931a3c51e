"""The top-1 accuracy on Fashion-MNIST's first test pictures that ONNX Runtime gets from a file, as it is written.

usage: python3 fashion_mnist_accuracy.py NETWORK.onnx [PICTURES]
"""
import sys

import onnxruntime

from train_small_resnet import network_input, pictures


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    grey, labels = pictures("t10k")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    right = 0
    for first in range(0, count, 100):
        rows = slice(first, min(first + 100, count))
        (logits,) = session.run(None, {name: network_input(grey[rows]).contiguous().numpy()})
        right += (logits.argmax(1) == labels[rows].numpy()).sum().item()
    print(f"{100 * right / count:.2f}")


if __name__ == "__main__":
    main()
