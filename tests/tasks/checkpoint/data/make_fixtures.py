#!/usr/bin/env python3
"""Writes the checkpoint files beside this script. Needs torch, numpy and safetensors; `--found` writes those of
found_in_the_wild() alone and needs no safetensors.

Every tensor is arange(n) times a step, so that the tests can state the values. Run again only to change the fixtures:
another PyTorch writes other bytes.
"""

import argparse
import collections
import enum
import functools
import os
import pathlib
import pickle
import struct
import sys
import zipfile

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent


def ramp(*shape, step=0.5, dtype=torch.float32):
    count = int(numpy.prod(shape, dtype=int))
    return (torch.arange(count, dtype=torch.float64) * step).reshape(shape).to(dtype)


def small(prefix=""):
    return collections.OrderedDict(
        [
            (prefix + "conv.weight", ramp(2, 1, 2, 2)),
            (prefix + "conv.bias", ramp(2, step=-1.0)),
            (prefix + "bn.num_batches_tracked", torch.tensor(7)),
        ]
    )


def save(value, name, **options):
    """The file's own name becomes the archive's top folder, so saving to a path is part of the fixture."""
    torch.save(value, HERE / name, **options)


def save_both(value, name, **options):
    save(value, f"{name}.pth", **options)
    save(value, f"{name}_legacy.pth", _use_new_zipfile_serialization=False, **options)


def rewrite(source, target, change):
    """Copies an archive, passing each record's short name and bytes through `change`."""
    with zipfile.ZipFile(HERE / source) as old, zipfile.ZipFile(HERE / target, "w") as new:
        for entry in old.infolist():
            record = entry.filename.split("/", 1)[1]
            new.writestr("renamed/" + record, change(record, old.read(entry)))


def training_state():
    """What the ImageNet example of PyTorch saves, a scheduler and a DataParallel model included."""
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60])
    return {
        "epoch": 12,
        "arch": "tiny",
        "best_acc1": torch.tensor(76.5),
        "best_prec1": numpy.float64(91.25),
        "state_dict": small("module."),
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": scheduler.state_dict(),
    }


def views():
    base = ramp(3, 4)
    return {
        "base": base,
        "transposed": base.t(),
        "column": base[:, 1],
        "rows": base[1:],
        "expanded": torch.tensor([5.0]).expand(3),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }


def dtypes():
    names = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]
    tensors = {name: ramp(3, step=1.0, dtype=getattr(torch, name)) for name in names}
    tensors["bool"] = torch.tensor([True, False, True])
    return tensors


class OldDict:
    """Pickled as Python 2 pickled an OrderedDict: a call with a list of [key, value]."""

    def __init__(self, values):
        self.values = values

    def __reduce__(self):
        return collections.OrderedDict, ([[key, value] for key, value in self.values.items()],)


class OldTensor:
    """Elements 2 to 4 of a storage of six, as PyTorch before 0.4 described a part of a storage."""

    def __reduce__(self):
        storage = Persistent(("storage", torch.FloatStorage, "7", "cpu", 6, ("8", 2, 3)))
        return torch._utils._rebuild_tensor, (storage, 1, (2,), (1,))


class Persistent:
    def __init__(self, identifier):
        self.identifier = identifier


class OldPickler(pickle._Pickler):
    def persistent_id(self, value):
        return value.identifier if isinstance(value, Persistent) else None


def save_old(name, little_endian):
    with open(HERE / name, "wb") as file:
        for preamble in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": little_endian}):
            pickle.dump(preamble, file, protocol=2)
        OldPickler(file, protocol=2).dump(OldDict({"part": OldTensor()}))
        pickle.dump(["7"], file, protocol=2)
        file.write(struct.pack("<q6f" if little_endian else ">q6f", 6, *range(6)))


class Evil:
    def __reduce__(self):
        return os.system, ("echo pickle was run",)


def big_endian(record, content):
    if record == "byteorder":
        return b"big"
    if record.startswith("data/"):
        return numpy.frombuffer(content, "<f4").astype(">f4").tobytes()
    return content


def cuda_location(record, content):
    cpu, cuda = b"X\x03\0\0\0cpu", b"X\x06\0\0\0cuda:0"
    return content.replace(cpu, cuda) if record == "data.pkl" else content


def older_numpy(record, content):
    return content.replace(b"numpy._core", b"numpy.core") if record == "data.pkl" else content


class HistoryBuffer:
    """Stands for what training frameworks save beside their tensors."""

    def __init__(self):
        self.log = [1.0, 2.0]


class Settings(dict):
    """A dictionary of a class of its own, as configurations are."""


class Level(enum.Enum):
    FULL = 1


class Weights(list):
    pass


def filled(value, prefix=""):
    tensors = small(prefix)
    tensors[prefix + "conv.bias"].fill_(value)
    return tensors


def found_in_the_wild():
    """Shapes of files that people have, each named after what is in it."""
    save_both({"state_dict": filled(0.0), "state_dict_ema": filled(4.0)}, "two_entries")
    save_both({"model": {"state_dict": filled(5.0, "module._orig_mod."), "epoch": 3}}, "wrapped_twice")
    beside = {
        "args": argparse.Namespace(lr=0.1, path=pathlib.PurePosixPath("/data")),
        "meta": Settings(history=HistoryBuffer(), level=Level.FULL, tags=Weights([1, 2]), names={"a", "b"}),
        "schedule": functools.partial(max, 1, default=2),
        "lrs": collections.defaultdict(list, {"a": [1]}),
        "model": Settings(filled(6.0)),
    }
    save_both(beside, "foreign_classes")
    averaged = torch.optim.swa_utils.AveragedModel(torch.nn.Linear(2, 2)).state_dict()
    save({key: value.fill_(7) for key, value in averaged.items()}, "averaged.pth")
    parameter = torch.nn.Parameter(ramp(2))
    parameter.note = "attributes make another call"
    save({"weight": parameter, "wide": torch.zeros(2, dtype=torch.float8_e4m3fn), "odd": torch.zeros(2, dtype=torch.uint16)}, "odd_types.pth")


def main():
    torch.manual_seed(0)
    if "--found" in sys.argv:
        found_in_the_wild()
        return
    import safetensors.torch

    found_in_the_wild()
    save_both(small(), "small")
    save_both(small(), "protocol4", pickle_protocol=4)
    save_both(small("module."), "module_prefix")
    save_both(training_state(), "training")
    rewrite("training.pth", "older_numpy.pth", older_numpy)
    save_both(views(), "views")
    save_both(dtypes(), "dtypes")
    save({"model": {"weight": torch.nn.Parameter(ramp(2))}}, "parameter.pth")
    save({"weight": ramp(3)}, "floats.pth")
    rewrite("floats.pth", "big_endian.pth", big_endian)
    rewrite("floats.pth", "cuda.pth", cuda_location)
    (HERE / "floats.pth").unlink()
    save_old("old_legacy.pth", little_endian=True)
    save_old("old_big_endian_legacy.pth", little_endian=False)

    save_both({"weight": ramp(2), "payload": Evil()}, "malicious")
    save(torch.nn.Linear(2, 2), "whole_module.pth")
    save({"epoch": 3}, "no_tensors.pth")
    save(ramp(2), "bare_tensor.pth")

    tensors = {**dtypes(), "matrix": ramp(2, 3), "empty": torch.zeros(0, 3)}
    safetensors.torch.save_file(tensors, HERE / "dtypes.safetensors", {"format": "pt"})
    (HERE / "dtypes.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
