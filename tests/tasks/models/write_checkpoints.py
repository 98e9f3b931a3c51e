"""State dicts as PyTorch saves them, for torch_checkpoints_test.cpp.

Parameters come from the generator that tests/helpers/generated_parameters.h describes; those without dimensions are
batch norm's counters.
usage: python write_checkpoints.py PARAMETERS ZIP_FILE LEGACY_FILE
PARAMETERS holds a line `NAME SIZE SIZE ...` for each parameter, in order.
"""
import collections
import pathlib
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).parents[2] / "support"))
from generated_parameters import generated  # noqa: E402

parameters, zip_file, legacy_file = sys.argv[1:]
state = collections.OrderedDict()
for line in pathlib.Path(parameters).read_text().splitlines():
    name, *shape = line.split()
    state[name] = torch.from_numpy(generated(name, [int(size) for size in shape])) if shape else torch.tensor(0)
torch.save(state, zip_file)
torch.save(state, legacy_file, _use_new_zipfile_serialization=False)
