"""ONNX's backend tests of single nodes as folders, as libonnx-testdata has those of an older version.

Needs the Python package onnx. usage: python3 write_node_tests.py FOLDER
"""
import pathlib
import sys

import onnx.backend.test.case.node as node_cases
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.backend.test.case.utils import import_recursive


def is_tensors(model: ModelProto) -> bool:
    values = list(model.graph.input) + list(model.graph.output)
    return all(value.type.HasField("tensor_type") for value in values)


def write_tensors(folder: pathlib.Path, kind: str, arrays, values) -> None:
    for number, (array, value) in enumerate(zip(arrays, values)):
        tensor = array if isinstance(array, TensorProto) else numpy_helper.from_array(array, value.name)
        (folder / f"{kind}_{number}.pb").write_bytes(tensor.SerializeToString())


def main(folder: pathlib.Path) -> None:
    import_recursive(node_cases)
    for case in node_cases._NodeTestCases:
        if not is_tensors(case.model):
            continue
        to = folder / case.name
        to.mkdir(parents=True, exist_ok=True)
        (to / "model.onnx").write_bytes(case.model.SerializeToString())
        for number, (inputs, outputs) in enumerate(case.data_sets):
            data = to / f"test_data_set_{number}"
            data.mkdir(exist_ok=True)
            write_tensors(data, "input", inputs, case.model.graph.input)
            write_tensors(data, "output", outputs, case.model.graph.output)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
