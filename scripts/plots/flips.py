"""How much of each block's weights learned rounding left on another grid point than rounding to nearest gives, in
percent of the weights whose rounding was learned."""

from . import depth
from .error import PlotError
from .results_file import Results
from .selection import add_filters, selected


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant", "seed")


def flipped_percent(units):
    """{block: percent}, summed over the units in it."""
    weights, flipped = {}, {}
    for unit in units:
        # Units of older programs name no block.
        block = unit.get("block") or unit["name"]
        if unit.get("weights", 0) > 0:
            weights[block] = weights.get(block, 0) + unit["weights"]
            flipped[block] = flipped.get(block, 0) + unit["flipped_weights"]
    return {block: 100 * flipped[block] / weights[block] for block in weights}


def figure(options):
    results = Results(options.input)
    cells = selected(results.finished_cells(), options)
    panels = depth.panels_of(cells, lambda cell: flipped_percent(results.of_cell(cell, "units")))
    if not panels:
        raise PlotError(f"{results.path}: no chosen cell has counted flipped_weights: its method learns no rounding, or it "
                        "was run by an older program")
    drawing = depth.figure(panels, results.series_names(), "flipped weights (%)")
    for axes in drawing.axes:
        depth.start_at_zero(axes)
    return drawing
