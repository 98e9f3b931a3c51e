"""Figures of results.h5 at the width of a paper's column; scripts/plot_results.py is the command.

One figure a module: `add_arguments(parser)` and `figure(options)`, which returns a matplotlib figure.
"""
