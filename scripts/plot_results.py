#!/usr/bin/env python3
"""Figures of a run directory. Needs h5py and matplotlib (Debian: python3-h5py, python3-matplotlib).

scripts/plot_results.py schedule RUN [--output FILE]: which rank ran which cell when, a bar a cell, coloured by method.
"""

import argparse
import datetime
import pathlib
import sys


class PlotError(Exception):
    """What is wrong with the input, for people."""


def libraries():
    """h5py and matplotlib.pyplot."""
    try:
        import h5py
        import matplotlib
    except ImportError as error:
        raise PlotError(f"{error}; install h5py and matplotlib (Debian: python3-h5py, python3-matplotlib)") from error
    matplotlib.use("Agg")
    import matplotlib.pyplot

    return h5py, matplotlib.pyplot


def read_cells(h5py, run):
    """The columns of the cells in results.h5, by name; texts as str."""
    path = pathlib.Path(run) / "results.h5"
    if not path.is_file():
        raise PlotError(f"there is no {path}; `ptqbench run` writes it when it ends")
    try:
        with h5py.File(path, "r") as file:
            table = file["cells"][()]
    except (OSError, KeyError) as error:
        raise PlotError(f"{path}: {error}") from error
    if len(table) == 0:
        raise PlotError(f"{path}: no cell has run")
    columns = {}
    for name in table.dtype.names:
        values = table[name].tolist()
        columns[name] = [v.decode() if isinstance(v, bytes) else v for v in values]
    return columns


def schedule_bars(cells):
    """(rank, start, seconds, method, finished) of each cell; start in seconds after the first cell's."""
    started = [datetime.datetime.strptime(t, "%Y-%m-%dT%H:%M:%SZ") for t in cells["started_at"]]
    first = min(started)
    return [
        (rank, (start - first).total_seconds(), seconds, method, status == "finished")
        for rank, start, seconds, method, status in zip(
            cells["rank"], started, cells["seconds"], cells["method"], cells["status"]
        )
    ]


def utilisation(bars):
    """Part of the ranks' time, from the first start to the last end, in which they ran cells."""
    ranks = {bar[0] for bar in bars}
    makespan = max(bar[1] + bar[2] for bar in bars)
    return sum(bar[2] for bar in bars) / (makespan * len(ranks)) if makespan > 0 else 1.0


def plot_schedule(run, output):
    h5py, pyplot = libraries()
    bars = schedule_bars(read_cells(h5py, run))
    ranks = sorted({bar[0] for bar in bars})
    methods = list(dict.fromkeys(bar[3] for bar in bars))
    makespan = max(bar[1] + bar[2] for bar in bars)
    unit, name = (3600, "h") if makespan > 7200 else (60, "min") if makespan > 120 else (1, "s")
    figure, axes = pyplot.subplots(figsize=(10, max(2.5, 0.25 * len(ranks) + 1.5)))
    for number, method in enumerate(methods):
        own = [bar for bar in bars if bar[3] == method]
        drawn = axes.barh(
            [ranks.index(bar[0]) for bar in own],
            [bar[2] / unit for bar in own],
            left=[bar[1] / unit for bar in own],
            height=0.8,
            color=f"C{number % 10}",
            edgecolor="white",
            linewidth=0.5,
            label=method,
        )
        for patch, bar in zip(drawn, own):
            if not bar[4]:
                patch.set_hatch("xxx")
    axes.set_yticks(range(len(ranks)), labels=[str(rank) for rank in ranks])
    axes.invert_yaxis()
    axes.set_ylabel("rank")
    axes.set_xlabel(f"time ({name}); crossed out: failed")
    axes.set_title(f"{len(bars)} cells on {len(ranks)} ranks, {100 * utilisation(bars):.1f} % of their time in use")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(output, dpi=150, bbox_inches="tight")
    print(output)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    schedule = commands.add_parser("schedule", help="which rank ran which cell when")
    schedule.add_argument("run", help="run directory")
    schedule.add_argument("--output", help="PNG, PDF or SVG file [RUN/schedule.png]")
    options = parser.parse_args(arguments)
    try:
        plot_schedule(options.run, options.output or str(pathlib.Path(options.run) / "schedule.png"))
    except (PlotError, OSError, ValueError) as error:
        print(f"plot_results.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
