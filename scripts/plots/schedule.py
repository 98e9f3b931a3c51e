"""Which rank ran which cell when: a bar a cell, coloured by method, crossed out where it failed."""

import datetime

from matplotlib.patches import Patch

from . import style
from .results_file import Results

BAR_INCHES = 0.14


def add_arguments(parser):
    del parser  # a choice of cells would look like idle ranks


def start_times(cells):
    """When each cell started, in seconds after the first."""
    started = [datetime.datetime.strptime(cell.started_at, "%Y-%m-%dT%H:%M:%SZ") for cell in cells]
    return [(start - min(started)).total_seconds() for start in started]


def utilisation(cells):
    """(cells' seconds over those of all ranks, from the first start to the last end; that time in seconds)."""
    makespan = max(start + cell.seconds for start, cell in zip(start_times(cells), cells))
    ranks = {cell.rank for cell in cells}
    return (sum(cell.seconds for cell in cells) / (makespan * len(ranks)) if makespan > 0 else 1.0), makespan


def counted(items, noun):
    return f"{len(items)} {noun}" + ("" if len(items) == 1 else "s")


def figure(options):
    results = Results(options.input)
    cells = results.cells()
    ranks = sorted({cell.rank for cell in cells})
    busy, makespan = utilisation(cells)
    unit, unit_name = (3600, "h") if makespan > 7200 else (60, "min") if makespan > 120 else (1, "s")
    styles = style.series_styles(results.series_names())
    title = f"{counted(cells, 'cell')} on {counted(ranks, 'rank')}, {100 * busy:.1f} % of the time in use"
    drawing, (axes,) = style.new_panels([(title,)])
    handles = {}
    for start, cell in zip(start_times(cells), cells):
        color = styles[cell.name]["color"]
        axes.barh(ranks.index(cell.rank), cell.seconds / unit, left=start / unit, height=0.8, color=color,
                  edgecolor="white", linewidth=0.3, hatch=None if cell.finished else "xxxx")
        handles[cell.name] = Patch(color=color)
    if not all(cell.finished for cell in cells):
        handles["failed"] = Patch(facecolor="0.6", edgecolor="white", hatch="xxxx")
    step = -(-len(ranks) // 32)
    axes.set_yticks(range(0, len(ranks), step), labels=[str(rank) for rank in ranks[::step]])
    axes.set_ylim(len(ranks) - 0.4, -0.6)
    axes.set_ylabel("rank")
    axes.set_xlabel(f"time ({unit_name})")
    return style.finish(drawing, [axes], max(0.5, min(5, BAR_INCHES * len(ranks))), handles)
