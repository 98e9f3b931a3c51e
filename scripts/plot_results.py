#!/usr/bin/env python3
"""Figures of results.h5, as wide as a paper's column (docs/figures.md).

scripts/plot_results.py FIGURE INPUT [--model MODEL ...] [--bits BITS ...] ... [--output FILE]

Needs h5py and matplotlib (Debian: python3-h5py, python3-matplotlib).
"""

import argparse
import importlib
import pathlib
import sys

FIGURES = {
    "schedule": "which rank ran which cell when",
    "accuracy": "the metric against bits, a line a method",
    "losses": "loss curves by unit",
    "noise": "signal over quantization noise, block by block",
    "flips": "weights that are not rounded to nearest, block by block",
    "seeds": "spread over the seeds, by method",
    "history": "a metric over the nights, with changes marked",
}


def parse(arguments, modules):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="figure", required=True, metavar="FIGURE")
    for name, summary in FIGURES.items():
        command = commands.add_parser(name, help=summary, description=modules[name].__doc__)
        expected = "CSV of `ptqbench history`, or -" if name == "history" else "run directory or results.h5"
        command.add_argument("input", metavar="INPUT", help=expected)
        modules[name].add_arguments(command)
        command.add_argument("--output", metavar="FILE", help=f"PDF, SVG or PNG file [{name}.png beside the input]")
    return parser.parse_args(arguments)


def default_output(options):
    source = pathlib.Path(options.input)
    return (source if source.is_dir() else source.parent) / f"{options.figure}.png"


def main(arguments):
    try:
        from plots import error, style

        modules = {name: importlib.import_module(f"plots.{name}") for name in FIGURES}
    except ImportError as missing:
        print(f"plot_results.py: {missing}; install h5py and matplotlib (Debian: python3-h5py, python3-matplotlib)",
              file=sys.stderr)
        return 2
    options = parse(arguments, modules)
    output = options.output or default_output(options)
    try:
        style.check_suffix(output)
        style.save(modules[options.figure].figure(options), output)
    except (error.PlotError, OSError) as problem:
        print(f"plot_results.py: {problem}", file=sys.stderr)
        return 2
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
