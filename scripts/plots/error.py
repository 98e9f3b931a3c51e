class PlotError(Exception):
    """What is wrong with the input, for people."""
