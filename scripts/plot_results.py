#!/usr/bin/env python3
"""Figures of a run directory. Needs h5py and matplotlib (Debian: python3-h5py, python3-matplotlib).

scripts/plot_results.py schedule RUN [--output FILE]: which rank ran which cell when, a bar a cell, coloured by method.
scripts/plot_results.py accuracy RUN [--output FILE]: the metric against bits, a panel a model, a line a method and
variant, mean and sample standard deviation over seeds as the tables have them; as wide as a paper's column.
"""

import argparse
import datetime
import pathlib
import sys

# Of a two-column paper.
COLUMN_INCHES = 3.4
# Okabe and Ito's colours, which colour-blind people tell apart; the markers do so in grey.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = "osD^vPX"


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


def open_results(h5py, run):
    path = pathlib.Path(run) / "results.h5"
    if not path.is_file():
        raise PlotError(f"there is no {path}; `ptqbench run` writes it when it ends")
    return h5py.File(path, "r")


def read_cells(h5py, run):
    """The columns of the cells in results.h5, by name; texts as str."""
    path = pathlib.Path(run) / "results.h5"
    try:
        with open_results(h5py, run) as file:
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


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def accuracy_panels(h5py, run):
    """A dict for each table and model of results.h5: title, metric, full precision, and lines, {method and variant:
    [(bits, mean, deviation)]}. The deviation is NaN where it is of one seed."""
    panels = []
    with open_results(h5py, run) as file:
        for table in file.get("tables", {}).values():
            rows, models = table["rows"][()], [text(model) for model in table["models"][()]]
            mean, deviation = table["mean"][()], table["standard_deviation"][()]
            for column, model in enumerate(models):
                lines = {}
                for number, row in enumerate(rows):
                    if mean[number, column] != mean[number, column]:
                        continue
                    name = " ".join(filter(None, (text(row["method"]), text(row["variant"]))))
                    lines.setdefault(name, []).append((text(row["bits"]), mean[number, column], deviation[number, column]))
                if lines:
                    panels.append({
                        "title": f"{model}, {text(table.attrs['dataset'])}",
                        "metric": text(table.attrs["metric_name"]).replace("_", " "),
                        "full_precision": table["full_precision"][column],
                        "lines": lines,
                    })
    return panels


def plot_accuracy(run, output):
    h5py, pyplot = libraries()
    panels = accuracy_panels(h5py, run)
    if not panels:
        raise PlotError(f"{run}: no cell is finished")
    # A method looks the same in every panel.
    names = list(dict.fromkeys(name for panel in panels for name in panel["lines"]))
    styles = {name: (COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]) for i, name in enumerate(names)}
    pyplot.rcParams.update({"font.size": 7, "svg.fonttype": "none", "pdf.fonttype": 42})
    legend_inches = 0.15 * (len(names) // 3 + 1) + 0.1
    height = 1.7 * len(panels) + legend_inches
    figure, all_axes = pyplot.subplots(len(panels), 1, figsize=(COLUMN_INCHES, height), squeeze=False)
    handles = {}
    for axes, panel in zip(all_axes.flat, panels):
        widths = list(dict.fromkeys(bits for points in panel["lines"].values() for bits, _, _ in points))
        for name, points in panel["lines"].items():
            # Beside each other, so that bars of methods that agree can be told apart.
            shift = 0.06 * (names.index(name) - (len(names) - 1) / 2)
            color, marker = styles[name]
            handles[name] = axes.errorbar(
                [widths.index(bits) + shift for bits, _, _ in points],
                [mean for _, mean, _ in points],
                [deviation for _, _, deviation in points],
                color=color,
                marker=marker,
                markersize=3,
                linewidth=1,
                capsize=2,
            )
        handles["full precision"] = axes.axhline(panel["full_precision"], color="0.5", linewidth=0.8, linestyle="--")
        axes.set_xticks(range(len(widths)), labels=widths)
        axes.set_ylabel(panel["metric"])
        axes.set_title(panel["title"], fontsize=7)
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncol=3, frameon=False)
    figure.tight_layout(rect=(0, legend_inches / height, 1, 1))
    figure.savefig(output, dpi=300)
    print(output)


PLOTS = {
    "schedule": (plot_schedule, "which rank ran which cell when"),
    "accuracy": (plot_accuracy, "the metric against bits, a line a method"),
}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for kind, (_, text) in PLOTS.items():
        command = commands.add_parser(kind, help=text)
        command.add_argument("run", help="run directory")
        command.add_argument("--output", help=f"PNG, PDF or SVG file [RUN/{kind}.png]")
    options = parser.parse_args(arguments)
    try:
        plot, _ = PLOTS[options.command]
        plot(options.run, options.output or str(pathlib.Path(options.run) / f"{options.command}.png"))
    except (PlotError, OSError, ValueError) as error:
        print(f"plot_results.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
