"""Signal over quantization noise at the output of each block, in dB, on held-out samples. A block that loses nothing has
no point."""

from . import depth
from .error import PlotError
from .results_file import Results
from .selection import add_filters, selected


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant", "seed")


def figure(options):
    results = Results(options.input)
    cells = selected(results.finished_cells(), options)

    def decibels(cell):
        return {row["block"]: row["decibels"] for row in results.of_cell(cell, "block_noise")}

    panels = depth.panels_of(cells, decibels)
    if not panels:
        raise PlotError(f"{results.path}: block_noise is empty in all chosen cells; noise ratios are measured where the "
                        "sweep's report.held_out_samples is more than 0")
    return depth.figure(panels, results.series_names(), "signal / noise (dB)")
