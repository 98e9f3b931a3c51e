"""Loss curves. A panel a cell and phase, a line a unit, coloured by the block that it is or lies in; of each model, bits
and method the cell with the first seed, unless --seed names others. With --unit: a panel a unit, a line a method and
phase. A curve of more than 30 recorded iterations is shown as the means over 30 stretches of it. Losses are
distances at a unit's own output: only --relative, which divides each curve by its first point, compares units."""

import dataclasses

import matplotlib
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.ticker import MaxNLocator

from . import depth, style
from .error import PlotError
from .results_file import Results
from .selection import add_filters, selected, unknown_value

POINTS = 30
PANEL_INCHES = 1.05


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant", "seed")
    parser.add_argument("--unit", nargs="+", action="extend", metavar="UNIT", help="compare methods on these units")
    parser.add_argument("--phase", nargs="+", action="extend", metavar="PHASE", help="only these phases")
    parser.add_argument("--loss", choices=["reconstruction", "rounding", "total"], default="reconstruction",
                        help="which part of the loss [reconstruction]")
    parser.add_argument("--relative", action="store_true", help="divide each curve by its first point")


@dataclasses.dataclass
class Curve:
    cell: object
    unit: str
    block: str
    phase: str
    iterations: list
    losses: list


def thinned(values):
    """Means over `POINTS` stretches of about equal length."""
    count = min(POINTS, len(values))
    bounds = [len(values) * place // count for place in range(count + 1)]
    return [sum(values[start:end]) / (end - start) for start, end in zip(bounds, bounds[1:])]


def curves_of(results, cell, loss):
    """The curves of a cell, in the order in which it went through its units."""
    recorded = {}
    for point in results.of_cell(cell, "losses"):
        recorded.setdefault(point["unit"], []).append(point)
    curves = []
    for number, unit in enumerate(results.of_cell(cell, "units")):
        points = recorded.get(number, [])
        losses = [point[loss] for point in points]
        # A logarithmic axis has no place for what is zero all the time, as rounding is where none is learned.
        if any(value > 0 for value in losses):
            curves.append(Curve(cell, unit["name"], unit.get("block") or unit["name"], unit["phase"],
                                thinned([point["iteration"] for point in points]), thinned(losses)))
    return curves


def first_seeds(cells):
    """The first cell of each data set, model, bits and method."""
    first = {}
    for cell in cells:
        first.setdefault((cell.dataset, cell.model, cell.bits, cell.name), cell)
    return list(first.values())


def chosen_curves(results, options):
    cells = selected(results.finished_cells(), options)
    if options.seed is None:
        cells = first_seeds(cells)
    curves = [curve for cell in cells for curve in curves_of(results, cell, options.loss)]
    for name in ("unit", "phase"):
        wanted = getattr(options, name)
        if wanted is None:
            continue
        known = list(dict.fromkeys(getattr(curve, name) for curve in curves))
        for value in wanted:
            if value not in known:
                raise unknown_value(name, value, known)
        curves = [curve for curve in curves if getattr(curve, name) in wanted]
    if not curves:
        raise PlotError(f"{results.path}: no chosen cell has recorded a {options.loss} loss above 0; methods that learn "
                        "nothing, such as nearest, have no curves")
    return curves


def draw_curves(axes, curves, style_of):
    """{label: line}; every curve is drawn as `style_of(curve)` says, which has a label."""
    drawn = {}
    for curve in curves:
        line_style = style_of(curve)
        (drawn[line_style["label"]],) = axes.plot(curve.iterations, curve.losses, **line_style)
    style.log_scale(axes)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 2.5, 5, 10]))
    return drawn


def panel_key(curve):
    """What a panel is of, for people; `seed` only says something where there are several."""
    cell = curve.cell
    return cell.model, cell.bits, cell.dataset, cell.name, curve.phase, f"seed {cell.seed}"


def label_outside(panels, label):
    """Names the axes of a grid of panels at its left and below its columns."""
    for place, axes in enumerate(panels):
        spec = axes.get_subplotspec()
        if spec.is_first_col():
            axes.set_ylabel(label)
        if place + spec.get_gridspec().ncols >= len(panels):
            axes.set_xlabel("iteration")


def units_figure(curves, label):
    orders = {}
    for curve in curves:
        orders.setdefault(panel_key(curve), []).append(curve.block)
    blocks = depth.merged_order([list(dict.fromkeys(order)) for order in orders.values()])
    colors = matplotlib.colormaps["viridis_r"].resampled(len(blocks) + 2)(range(1, len(blocks) + 1))
    drawing, panels = style.new_panels(list(orders), columns=2)
    for axes, key in zip(panels, orders):
        draw_curves(axes, [curve for curve in curves if panel_key(curve) == key],
                    lambda curve: {"color": colors[blocks.index(curve.block)], "linewidth": 0.7, "label": curve.unit})
    label_outside(panels, label)
    norm = BoundaryNorm([place - 0.5 for place in range(len(blocks) + 1)], len(blocks))
    rows = panels[-1].get_subplotspec().rowspan.stop
    bar = drawing.colorbar(ScalarMappable(norm, ListedColormap(colors)), ax=panels, location="bottom", aspect=40,
                           pad=0.03 / rows)
    style.name_ticks(bar.ax, depth.short_names(blocks), 3.0)
    return style.finish(drawing, panels, PANEL_INCHES)


def methods_figure(curves, series_names, label):
    def key_of(curve):
        return curve.unit, curve.cell.model, curve.cell.bits, curve.cell.dataset, f"seed {curve.cell.seed}"

    styles = style.series_styles(series_names)
    phases = list(dict.fromkeys(curve.phase for curve in curves))

    def style_of(curve):
        return {"color": styles[curve.cell.name]["color"], "linestyle": style.LINES[phases.index(curve.phase) % 4],
                "label": f"{curve.cell.name}, {curve.phase}"}

    keys = list(dict.fromkeys(map(key_of, curves)))
    units = list(dict.fromkeys(curve.unit for curve in curves))
    short = dict(zip(units, depth.short_names(units)))
    drawing, panels = style.new_panels([(short[unit], *rest) for unit, *rest in keys], columns=min(2, len(keys)))
    handles = {}
    for axes, key in zip(panels, keys):
        handles.update(draw_curves(axes, [curve for curve in curves if key_of(curve) == key], style_of))
    label_outside(panels, label)
    return style.finish(drawing, panels, PANEL_INCHES, handles)


def relative(curves):
    """The curves over their first points; without those that start at 0, which have no such scale."""
    return [dataclasses.replace(curve, losses=[loss / curve.losses[0] for loss in curve.losses])
            for curve in curves if curve.losses[0] > 0]


def figure(options):
    results = Results(options.input)
    curves = chosen_curves(results, options)
    label = "loss" if options.loss == "total" else f"{options.loss} loss"
    if options.relative:
        curves, label = relative(curves), f"relative\n{label}"
        if not curves:
            raise PlotError(f"{results.path}: all {options.loss} losses start at 0, so none can be relative to its start")
    if options.unit is None:
        return units_figure(curves, label)
    return methods_figure(curves, results.series_names(), label)
