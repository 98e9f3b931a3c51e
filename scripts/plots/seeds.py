"""Each cell's metric minus the mean over its seeds: a panel a data set and bit width, methods side by side, a point a
seed, coloured by model; bars are sample standard deviations."""

import statistics
import sys

from . import style
from .error import PlotError
from .results_file import Results
from .selection import add_filters, selected

PANEL_INCHES = 1.0


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant", "seed")


def deviations(cells):
    """{(data set, metric, bits, model, method): [metric minus mean of each seed]}, where there are two or more."""
    groups = {}
    for cell in cells:
        # Of two runs of one seed the last counts, as in the tables.
        seeds = groups.setdefault((cell.dataset, cell.metric_name, cell.bits, cell.model, cell.name), {})
        if cell.seed not in seeds or seeds[cell.seed].started_at < cell.started_at:
            seeds[cell.seed] = cell
    found = {}
    for key, seeds in groups.items():
        metrics = [cell.metric for cell in seeds.values()]
        if len(metrics) > 1:
            found[key] = [metric - statistics.fmean(metrics) for metric in metrics]
    if len(found) < len(groups):
        print(f"plot_results.py: left out {len(groups) - len(found)} of {len(groups)} groups that have one seed",
              file=sys.stderr)
    return found


def figure(options):
    results = Results(options.input)
    all_deviations = deviations(selected(results.finished_cells(), options))
    if not all_deviations:
        raise PlotError(f"{results.path}: the spread over seeds needs two finished seeds or more of a model, bits and method")
    names = [name for name in results.series_names() if name in {key[4] for key in all_deviations}]
    models = list(dict.fromkeys(key[3] for key in all_deviations))
    styles = style.series_styles(models)
    keys = list(dict.fromkeys(key[:3] for key in all_deviations))
    drawing, panels = style.new_panels([(bits, dataset) for dataset, _, bits in keys])
    handles = {}
    for axes, panel in zip(panels, keys):
        axes.axhline(0, color="0.5", linewidth=0.6)
        for (*key, model, name), values in all_deviations.items():
            if tuple(key) != panel:
                continue
            place = names.index(name) + 0.7 * ((models.index(model) + 0.5) / len(models) - 0.5)
            axes.errorbar([place], [0], [statistics.stdev(values)], color=styles[model]["color"], capsize=3)
            (handles[model],) = axes.plot([place] * len(values), values, linestyle="", alpha=0.8, label=name,
                                          **{key: styles[model][key] for key in ("color", "marker")})
        style.name_ticks(axes, names, 2.7)
        axes.tick_params(labelbottom=axes is panels[-1])
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.set_ylabel(panel[1].replace("_", " ") + "\nminus mean")
    return style.finish(drawing, panels, PANEL_INCHES, handles if len(models) > 1 else None)
