"""The generator that generated_parameters.h describes, for scripts that make reference files."""
import zlib

import numpy as np


def generated(name, shape):
    """Values for the tensor `name`, float32."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        i = np.arange(1, count + 1, dtype=np.uint64)
        z = np.uint64(zlib.crc32(name.encode()) << 32) + i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    v = 2 * ((z >> np.uint64(11)) / 2.0**53) - 1
    if name == "input":
        v = v * 3**0.5
    elif len(shape) >= 2:
        v = v * (6 / np.prod(shape[1:])) ** 0.5
    elif name.endswith(("running_mean", "bias")):
        v = 0.1 * v
    else:
        v = 1 + 0.2 * v
    return v.reshape(shape).astype(np.float32)
