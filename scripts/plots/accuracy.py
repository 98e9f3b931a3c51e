"""The metric against bits, a panel a model, a line a method, as the tables have it: mean and sample standard deviation
over seeds."""

import math

from . import style
from .results_file import Results
from .selection import add_filters, selected

PANEL_INCHES = 1.25


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant")


def deviations(points):
    """None where all are of one seed: matplotlib fails on bars without any number."""
    values = [entry.standard_deviation for entry in points]
    return None if all(map(math.isnan, values)) else values


def figure(options):
    results = Results(options.input)
    entries = selected(results.entries(), options)
    names = [name for name in results.series_names() if name in {entry.name for entry in entries}]
    styles = style.series_styles(results.series_names())
    keys = list(dict.fromkeys((entry.model, entry.dataset, entry.metric_name) for entry in entries))
    drawing, panels = style.new_panels([key[:2] for key in keys])
    handles = {}
    for axes, key in zip(panels, keys):
        own = [entry for entry in entries if (entry.model, entry.dataset, entry.metric_name) == key]
        widths = list(dict.fromkeys(entry.bits for entry in own))
        for name in names:
            points = [entry for entry in own if entry.name == name]
            if not points:
                continue
            # Beside each other, so that bars of methods that agree can be told apart.
            shift = min(0.06, 0.5 / len(names)) * (names.index(name) - (len(names) - 1) / 2)
            places = [widths.index(entry.bits) + shift for entry in points]
            handles[name] = axes.errorbar(places, [entry.mean for entry in points], deviations(points), capsize=2,
                                          label=name, **styles[name])
        handles["full precision"] = axes.axhline(own[0].full_precision, color="0.5", linewidth=0.8, linestyle=(0, (4, 2)))
        style.name_ticks(axes, widths, 2.7)
        axes.set_xlim(-0.4, len(widths) - 0.6)
        axes.set_ylabel(key[2].replace("_", " ") + " (%)")
    return style.finish(drawing, panels, PANEL_INCHES, handles)
