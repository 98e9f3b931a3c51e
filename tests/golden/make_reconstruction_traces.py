"""Reconstruction traces of small residual blocks, computed in float64 by plain tensor operations.

usage: python make_reconstruction_traces.py [OUTPUT]     (default: traces.h5 beside this file)

Needs PyTorch, h5py and nothing of ptqbench. The equations: learned rounding with its regulariser
(AdaRound, arXiv:2004.10568, eq. 21 to 25), block reconstruction (BRECQ, arXiv:2102.05426, eq. 10,
plain L_p loss), dropped activation quantization and learned steps (QDrop, arXiv:2203.05740, eq. 10,
algorithm 1; LSQ, arXiv:1902.08153, section 2; LSQ+, arXiv:2004.09576, eq. 3 to 5), Adam
(arXiv:1412.6980, algorithm 1). README.md beside this file says what is recorded.
"""
import math
import pathlib
import sys

import h5py
import numpy as np
import torch
import torch.nn.functional as F

SAMPLES = 12
# The iterations of which state, losses and gradients are recorded: the first, around the end of the
# warm-up, and the last.
RECORDED = [*range(0, 6), *range(22, 27), *range(96, 100)]
# Masks are used again after so many iterations.
MASKS = 5
GAMMA, ZETA = -0.1, 1.1
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
SMALLEST_SCALE = 1e-8
BETA_START, BETA_END = 20.0, 2.0
ROUND_WEIGHT, ROUNDING_LR = 0.01, 1e-3
# So close to a boundary, in steps of the quantizer, float32 may fall to the other side. Sums of a
# hundred products that come to some ten steps are off by a few millionths of a step.
NEAR = 2e-5
# The same for the bounds of the rectified sigmoid, which has no sums in it.
NEAR_BOUND = 1e-6
# How many float32 runs tell how far float32 drifts away, and how near the losses of two runs are all
# along that see the same sides of all boundaries.
FLOAT32_RUNS = 40
SAME_PATH = 1e-5

TRACES = {
    "w4a4_nodrop": dict(seed=1, weight_bits=4, act_bits=4, channels=(4, 4), size=(6, 6)),
    "w4a4_drop": dict(seed=2, weight_bits=4, act_bits=4, channels=(4, 4), size=(8, 8), keep=0.5),
    "w4a4_drop_odd": dict(seed=3, weight_bits=4, act_bits=4, channels=(3, 3), size=(7, 5), keep=0.5, batch=5),
    "w2a4_nodrop": dict(seed=4, weight_bits=2, act_bits=4, channels=(4, 4), size=(6, 5)),
    "w2a4_drop": dict(seed=5, weight_bits=2, act_bits=4, channels=(5, 5), size=(6, 6), keep=0.5),
    "w2a4_drop_downsample": dict(seed=6, weight_bits=2, act_bits=4, channels=(3, 5), size=(8, 8), stride=2, keep=0.5),
    "w2a2_nodrop": dict(seed=7, weight_bits=2, act_bits=2, channels=(4, 4), size=(6, 6)),
    "w2a2_drop": dict(seed=8, weight_bits=2, act_bits=2, channels=(5, 5), size=(6, 4), keep=0.5),
    "w2a2_drop_downsample": dict(seed=9, weight_bits=2, act_bits=2, channels=(2, 4), size=(7, 7), stride=2, keep=0.5,
                                 batch=3),
    "w2a2_steps": dict(seed=10, weight_bits=2, act_bits=2, channels=(4, 4), size=(6, 6), rounding=False, norm=2.4),
    "w2a4_drop_zero_points": dict(seed=11, weight_bits=2, act_bits=4, channels=(3, 3), size=(6, 6), keep=0.5,
                                  zero_points=True),
}
DEFAULTS = dict(iterations=100, warm_up=0.25, stride=1, keep=1.0, batch=8, rounding=True, norm=2.0, zero_points=False,
                step_lr=4e-3)
# Traces of the official code, in quant.h5: for these, too, it is recorded how far float32 drifts away.
OFFICIAL = ("block_nodrop_w4a4", "block_qdrop_w2a4", "block_qdrop_w2a2_downsample")


def single(x):
    """The nearest float32 values, in the precision of `x`."""
    return x.to(torch.float32).to(x.dtype)


def straight_through(value, slope):
    return (value - slope).detach() + slope


def scaled_gradient(x, factor):
    return straight_through(x, x * factor)


class Boundaries:
    """The elements that lie so close to a discontinuity that float32 may see its other side.

    A place is one discontinuous operation of the graph. `found` lists (place, element); an
    operation treats the elements in `crossed` as lying on the other side."""

    def __init__(self, crossed=()):
        self.crossed = set(crossed)
        self.found = []

    def crossing(self, place, near):
        self.found += [(place, int(i)) for i in near.reshape(-1).nonzero().reshape(-1)]
        crossing = torch.zeros(near.numel(), dtype=torch.bool)
        for where, element in self.crossed:
            if where == place:
                crossing[element] = True
        return crossing.reshape(near.shape)


def relu(x, near, place, boundaries):
    """`near`: how far from 0 the other side may be seen."""
    positive = (x > 0) ^ boundaries.crossing(place, x.abs() < near)
    return torch.where(positive, x, x.detach().clamp(min=0) * 0)


def rectified_sigmoid(alpha, place, boundaries):
    stretched = torch.sigmoid(alpha) * (ZETA - GAMMA) + GAMMA
    near = (stretched.abs() < NEAR_BOUND) | ((stretched - 1).abs() < NEAR_BOUND)
    inside = ((stretched >= 0) & (stretched <= 1)) ^ boundaries.crossing(place, near)
    return torch.where(inside, stretched, stretched.detach().clamp(0, 1))


def quantize(x, scale, zero_point, levels, place, boundaries, addends):
    """Fake quantization to 0 .. levels - 1 with LSQ's gradients for step and zero point. A backward
    pass leaves in `addends` the sums of the absolute values that these gradients add up."""
    factor = 1 / math.sqrt(x.numel() * (levels - 1))
    s = scaled_gradient(scale, factor).expand(x.shape)
    z = scaled_gradient(straight_through(torch.round(zero_point), zero_point), factor).expand(x.shape)
    for name, spread in (("scale", s), ("zero_point", z)):
        if spread.requires_grad:
            spread.register_hook(lambda g, name=name: addends.update({name: factor * g.abs().sum().item()}))
    steps = x / s
    rounded = torch.round(steps).detach()
    with torch.no_grad():
        offset = steps - torch.floor(steps) - 0.5
        codes = steps + z
        near = (offset.abs() < NEAR) & (codes > -1) & (codes < levels)
        crossing = boundaries.crossing(place, near)
        rounded = torch.where(crossing, 2 * torch.floor(steps) + 1 - rounded, rounded)
    integers = straight_through(rounded, steps) + z
    inside = (integers >= 0) & (integers <= levels - 1)
    integers = torch.where(inside, integers, integers.detach().clamp(0, levels - 1))
    return (integers - z) * s


def adam(parameter, first, second, gradient, rate, count):
    first = BETA1 * first + (1 - BETA1) * gradient
    second = BETA2 * second + (1 - BETA2) * gradient**2
    corrected = (first / (1 - BETA1**count)) / ((second / (1 - BETA2**count)).sqrt() + EPSILON)
    return parameter - rate * corrected, first, second


class Block:
    """conv1-relu-quantize, conv2, plus identity or a strided 1 x 1 convolution, relu, quantize."""

    def __init__(self, settings):
        self.settings = {**DEFAULTS, **settings}
        s = self.settings
        random = np.random.default_rng(s["seed"])
        c_in, c_out = s["channels"]
        shapes = {"conv1": (c_out, c_in, 3, 3), "conv2": (c_out, c_out, 3, 3)}
        if s["stride"] != 1:
            shapes["downsample"] = (c_out, c_in, 1, 1)
        normal = lambda shape, spread=1.0: single(torch.from_numpy(spread * random.standard_normal(shape)))
        self.weights, self.biases = {}, {}
        for name, shape in shapes.items():
            self.weights[name] = normal(shape, math.sqrt(2 / np.prod(shape[1:])))
            self.biases[name] = normal(shape[:1], 0.1)
        self.fp_input = normal((SAMPLES, c_in, *s["size"])).clamp(min=0)
        self.levels = {"weight": 2 ** s["weight_bits"], "act": 2 ** s["act_bits"]}
        step = self.fp_input.max() / (self.levels["act"] - 1)
        noisy = self.fp_input + normal(self.fp_input.shape, 0.3 * float(step))
        self.quant_input = single((noisy / step).round().clamp(0, self.levels["act"] - 1) * step)
        self.set_weight_quantizers()
        self.fp_output, inner = self.full_precision()
        self.fp_output = single(self.fp_output)
        # Ranges that clip a little, so that steps have gradients from both sides of the bound.
        first = 1.0 if s["zero_points"] else 0.0
        self.scales, self.zero_points = {}, {}
        for name, values in (("conv1", inner), ("add", self.fp_output)):
            self.scales[name] = single(0.7 * values.max() / (self.levels["act"] - 1)).reshape(1)
            self.zero_points[name] = torch.full((1,), first, dtype=torch.float64)
        self.idx = random.integers(0, SAMPLES, (s["iterations"], s["batch"]))
        shapes = {"input": self.fp_input, "conv1": self.fp_output, "block": self.fp_output}
        self.masks = {}
        if s["keep"] < 1:
            self.masks = {n: torch.from_numpy(random.random((MASKS, s["batch"], *x.shape[1:])) < s["keep"])
                          for n, x in shapes.items()}

    def set_weight_quantizers(self):
        top = self.levels["weight"] - 1
        self.weight_scales, self.weight_zero_points, self.floors = {}, {}, {}
        for name, weight in self.weights.items():
            flat = weight.flatten(1)
            low, high = flat.amin(1).clamp(max=0), flat.amax(1).clamp(min=0)
            scale = single(0.93 * (high - low) / top)
            zero_point = (-low / scale).round().clamp(0, top)
            shape = (-1, 1, 1, 1)
            self.weight_scales[name] = scale.reshape(shape)
            self.weight_zero_points[name] = zero_point.reshape(shape)
            steps = weight / self.weight_scales[name]
            # The floor must be the same in float32.
            near = (steps - steps.round()).abs() < 1e-4
            self.weights[name] = single(torch.where(near, weight + 1e-3 * self.weight_scales[name], weight))
            self.floors[name] = (self.weights[name] / self.weight_scales[name]).floor()

    def convolve(self, x, weights, activation):
        stride = self.settings["stride"]
        bias = {name: value.to(x.dtype) for name, value in self.biases.items()}
        y = activation("conv1", F.conv2d(x, weights["conv1"], bias["conv1"], stride, 1))
        y = F.conv2d(y, weights["conv2"], bias["conv2"], 1, 1)
        shortcut = F.conv2d(x, weights["downsample"], bias["downsample"], stride) if stride != 1 else x
        return activation("add", y + shortcut)

    def full_precision(self):
        inner = {}

        def activation(name, x):
            inner[name] = x.clamp(min=0)
            return inner[name]

        return self.convolve(self.fp_input, self.weights, activation), inner["conv1"]

    def start(self):
        """The state before the first iteration, by the names of the engine's variables."""
        state = {}
        for name, weight in self.weights.items():
            if self.settings["rounding"]:
                rest = weight / self.weight_scales[name] - self.floors[name]
                state[f"{name}.weight.alpha"] = -torch.log((ZETA - GAMMA) / (rest - GAMMA) - 1)
        for name in self.scales:
            state[f"{name}.scale"] = self.scales[name].clone()
            if self.settings["zero_points"]:
                state[f"{name}.zero_point"] = self.zero_points[name].clone()
        for name in list(state):
            for moment in ("first_moment", "second_moment"):
                state[f"{name}.{moment}"] = torch.zeros_like(state[name])
        return state

    def learned(self, state):
        return [name for name in state if not name.endswith("_moment")]

    def quantized_weights(self, variables, boundaries):
        top = self.levels["weight"] - 1
        weights, regularised = {}, {}
        for name, weight in self.weights.items():
            scale, zero_point, floor = (x.to(self.dtype) for x in (
                self.weight_scales[name], self.weight_zero_points[name], self.floors[name]))
            if self.settings["rounding"]:
                up = rectified_sigmoid(variables[f"{name}.weight.alpha"], name, boundaries)
                regularised[name] = up
            else:
                up = ((weight / self.weight_scales[name]).round() - self.floors[name]).to(self.dtype)
            integers = floor + zero_point + up
            inside = (integers >= 0) & (integers <= top)
            integers = torch.where(inside, integers, integers.detach().clamp(0, top))
            weights[name] = (integers - zero_point) * scale
        return weights, regularised

    def losses(self, variables, t, boundaries):
        """Reconstruction loss and regulariser of iteration `t`, from 0."""
        idx = torch.from_numpy(self.idx[t])
        weights, regularised = self.quantized_weights(variables, boundaries)
        x = self.quant_input[idx].to(self.dtype)
        if self.masks:
            x = torch.where(self.masks["input"][t % len(self.masks["input"])], x, self.fp_input[idx].to(self.dtype))

        def activation(name, value):
            scale = variables[f"{name}.scale"]
            zero_point = variables.get(f"{name}.zero_point", self.zero_points[name].to(self.dtype))
            value = relu(value, NEAR * scale.item(), name + ".relu", boundaries)
            quantized = quantize(value, scale, zero_point, self.levels["act"], name + ".round", boundaries,
                                 self.addends.setdefault(name, {}))
            if not self.masks:
                return quantized
            return torch.where(self.masks["block" if name == "add" else name][t % len(self.masks["input"])], quantized, value)

        output = self.convolve(x, weights, activation)
        difference = (output - self.fp_output[idx].to(self.dtype)).abs()
        loss = difference.pow(self.settings["norm"]).sum(1).mean()
        count = t + 1
        warm = self.settings["warm_up"] * self.settings["iterations"]
        regulariser = torch.zeros((), dtype=self.dtype)
        if count >= warm:
            progress = (count - warm) / (self.settings["iterations"] - warm)
            beta = BETA_END + (BETA_START - BETA_END) * max(0.0, 1 - progress)
            for up in regularised.values():
                regulariser = regulariser + ROUND_WEIGHT * (1 - (2 * up - 1).abs().pow(beta)).sum()
        return loss, regulariser

    def gradients(self, state, t, boundaries):
        self.addends = {}
        variables = {name: state[name].detach().clone().requires_grad_(True) for name in self.learned(state)}
        loss, regulariser = self.losses(variables, t, boundaries)
        found = torch.autograd.grad(loss + regulariser, list(variables.values()))
        return loss.item(), regulariser.item(), dict(zip(variables, found))

    def update(self, state, gradients, t):
        after = {}
        decayed = self.settings["step_lr"] * 0.5 * (1 + math.cos(math.pi * t / self.settings["iterations"]))
        for name, gradient in gradients.items():
            rate = ROUNDING_LR if name.endswith(".alpha") else decayed
            moments = [name + ".first_moment", name + ".second_moment"]
            value, *changed = adam(state[name], *(state[m] for m in moments), gradient, rate, t + 1)
            if name.endswith(".scale"):
                value = value.abs().clamp(min=SMALLEST_SCALE)
            if name.endswith(".zero_point"):
                value = value.clamp(0, self.levels["act"] - 1)
            after.update({name: value, **dict(zip(moments, changed))})
        return after

    def free_run(self, dtype, random=None):
        """The reconstruction losses of all iterations. With `random` every input, weight and first
        alpha is off by up to half a unit in the last place of float32."""
        self.dtype = dtype
        state = {name: value.to(dtype) for name, value in self.start().items()}
        kept = self.quant_input, self.fp_input
        if random is not None:
            jitter = lambda x: x * (1 + 2.0**-24 * torch.from_numpy(random.uniform(-1, 1, x.shape)).to(x.dtype))
            self.quant_input, self.fp_input = jitter(self.quant_input), jitter(self.fp_input)
            state = {name: jitter(value) for name, value in state.items()}
        losses = []
        for t in range(self.settings["iterations"]):
            loss, _, gradients = self.gradients(state, t, Boundaries())
            losses.append(loss)
            state = self.update(state, gradients, t)
        self.quant_input, self.fp_input = kept
        return np.array(losses), state

    def magnitudes(self, gradients):
        """What the accuracy of float32 sums is relative to: of a gradient for many elements its norm, of
        one that is a single sum the absolute values in it."""
        sums = {f"{name}.{kind}": value for name, found in self.addends.items() for kind, value in found.items()}
        return {name: sums.get(name, float(gradient.norm())) for name, gradient in gradients.items()}

    def slack(self, state, t, boundaries, loss, gradients):
        """By how much loss and gradients (their norms) may change when elements at a boundary fall to
        its other side: each element alone, added up."""
        moved = dict.fromkeys(["loss", *gradients], 0.0)
        for element in boundaries.found:
            other, _, shifted = self.gradients(state, t, Boundaries([element]))
            moved["loss"] += abs(other - loss)
            for name, gradient in gradients.items():
                moved[name] += float((shifted[name] - gradient).norm())
        return moved

    def recorded_run(self):
        """Every iteration in float64 from a state that float32 holds exactly: the state after it,
        rounded to float32, is where the next one starts."""
        self.dtype = torch.float64
        state = {name: single(value) for name, value in self.start().items()}
        states, iterations = {0: state}, []
        for t in range(self.settings["iterations"]):
            boundaries = Boundaries()
            loss, regulariser, gradients = self.gradients(state, t, boundaries)
            before, magnitudes = state, self.magnitudes(gradients)
            state = {name: single(value) for name, value in self.update(state, gradients, t).items()}
            if t not in RECORDED:
                continue
            states.update({t: before, t + 1: state})
            iterations.append(dict(iteration=t, loss=loss, regulariser=regulariser,
                                   boundary_elements=len(boundaries.found), magnitude=magnitudes,
                                   slack=self.slack(before, t, boundaries, loss, gradients)))
        return states, iterations


def write_tensor(group, name, value):
    # Shuffled bytes of floating-point numbers compress; small sets are not worth the header.
    options = dict(compression="gzip", compression_opts=9, shuffle=True) if np.size(value) > 64 else {}
    group.create_dataset(name, data=value, **options)


def write_definition(group, block):
    s = block.settings
    attributes = dict(weight_bits=s["weight_bits"], act_bits=s["act_bits"], batch_size=s["batch"], iters=s["iterations"],
                      stride=s["stride"], downsample=int(s["stride"] != 1), drop_prob=s["keep"], norm=s["norm"],
                      learn_rounding=int(s["rounding"]), learn_zero_points=int(s["zero_points"]),
                      adam_lr_alpha=ROUNDING_LR, scale_lr=s["step_lr"], round_weight=ROUND_WEIGHT, warm_up=s["warm_up"],
                      b_start=BETA_START, b_end=BETA_END)
    for name, value in attributes.items():
        group.attrs[name] = value
    floats = lambda x: x.numpy().astype(np.float32)
    for name, weight in block.weights.items():
        layer = group.create_group(name)
        write_tensor(layer, "weight", floats(weight))
        write_tensor(layer, "bias", floats(block.biases[name]))
        write_tensor(layer, "scale", floats(block.weight_scales[name]).reshape(-1))
        write_tensor(layer, "zero_point", block.weight_zero_points[name].numpy().astype(np.int32).reshape(-1))
    for name, layer in (("conv1", "act_conv1"), ("add", "act_block")):
        write_tensor(group, layer + "/scale_init", floats(block.scales[name]))
        write_tensor(group, layer + "/zero_point", block.zero_points[name].numpy().astype(np.int32))
    for name in ("quant_input", "fp_input", "fp_output"):
        write_tensor(group, name, floats(getattr(block, name)))
    write_tensor(group, "idx", block.idx.astype(np.int64))
    for name, mask in block.masks.items():
        write_tensor(group, "keep_quant_" + name, mask.numpy().astype(np.uint8))


def write_trace(file, name, settings):
    block = Block(settings)
    group = file.create_group(name)
    write_definition(group, block)
    states, iterations = block.recorded_run()
    group["state/iteration"] = np.array(list(states))
    for variable in states[0]:
        values = np.stack([state[variable].numpy() for state in states.values()]).astype(np.float32)
        write_tensor(group, "state/" + variable, values)
    for column in ("iteration", "loss", "regulariser", "boundary_elements"):
        group["iterations/" + column] = np.array([row[column] for row in iterations])
    for column in ("slack", "magnitude"):
        for variable in iterations[0][column]:
            group[f"iterations/{column}/{variable}"] = np.array([row[column][variable] for row in iterations])
    write_drift(group, block)
    return sum(row["boundary_elements"] for row in iterations)


def write_drift(group, block):
    """The losses of a float64 run, and the largest relative distance of float32 runs from it; after
    the last iteration the variables, and the largest distance of those runs that took the same path,
    relative to the variable's largest element (infinite if none did)."""
    exact, last = block.free_run(torch.float64)
    random = np.random.default_rng(block.settings["seed"] + 1000)
    losses, variables = [], {name: [] for name in block.learned(last)}
    for _ in range(FLOAT32_RUNS):
        loss, state = block.free_run(torch.float32, random)
        losses.append(np.abs(loss / exact - 1))
        for name, distances in variables.items():
            if losses[-1].max() < SAME_PATH:
                distances.append(((state[name].double() - last[name]).abs().max() / last[name].abs().max()).item())
    group["free_run/loss"] = exact
    group["free_run/drift"] = np.max(losses, 0)
    for name, distances in variables.items():
        group["free_run/last/" + name] = last[name].numpy()
        group["free_run/last_drift/" + name] = [max(distances, default=np.inf)]


class OfficialBlock(Block):
    """The block, quantizers, samples and masks of a trace in quant.h5."""

    def __init__(self, group):
        attributes = group.attrs
        double = lambda path: torch.from_numpy(group[path][...].astype(np.float64))
        self.settings = dict(DEFAULTS, seed=0, stride=int(attributes["stride"]), iterations=int(attributes["iters"]),
                             warm_up=attributes["warm_up"], step_lr=attributes["scale_lr"])
        self.levels = {"weight": 2 ** int(attributes["weight_bits"]), "act": 2 ** int(attributes["act_bits"])}
        self.weights, self.biases, self.floors = {}, {}, {}
        self.weight_scales, self.weight_zero_points = {}, {}
        for name in [n for n in ("conv1", "conv2", "downsample") if n in group]:
            self.weights[name] = double(name + "/weight")
            self.biases[name] = double(name + "/bias")
            self.weight_scales[name] = double(name + "/scale").reshape(-1, 1, 1, 1)
            self.weight_zero_points[name] = double(name + "/zero_point").reshape(-1, 1, 1, 1)
            self.floors[name] = (self.weights[name] / self.weight_scales[name]).floor()
        for name in ("quant_input", "fp_input", "fp_output", "idx"):
            setattr(self, name, group[name][...] if name == "idx" else double(name))
        activations = (("conv1", "act_conv1"), ("add", "act_block"))
        self.scales = {name: double(layer + "/scale_init") for name, layer in activations}
        self.zero_points = {name: double(layer + "/zero_point") for name, layer in activations}
        self.masks = {name: torch.from_numpy(group["keep_quant_" + name][...].astype(bool))
                      for name in ("input", "conv1", "block") if "keep_quant_" + name in group}


def main():
    torch.set_num_threads(1)
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("traces.h5")
    with h5py.File(output, "w", libver=("v110", "v110")) as file:
        for name, settings in TRACES.items():
            boundary_elements = write_trace(file, "plain/" + name, settings)
            drift = file[f"plain/{name}/free_run/drift"][...]
            print(f"{name}: {boundary_elements} boundary elements, float32 drifts by up to {drift.max():.1e}")
        with h5py.File(pathlib.Path(__file__).with_name("quant.h5")) as official:
            for name in OFFICIAL:
                block = OfficialBlock(official["reconstruction/" + name])
                write_drift(file.create_group("official/" + name), block)
                drift = file[f"official/{name}/free_run/drift"][...]
                recorded = official[f"reconstruction/{name}/loss_rec"][...]
                exact = file[f"official/{name}/free_run/loss"][...]
                print(f"{name}: float32 drifts by up to {drift.max():.1e}, the official code by up to "
                      f"{np.abs(recorded / exact - 1).max():.1e}")


if __name__ == "__main__":
    main()
