"""What all figures have in common: width, fonts, colours, layout, files."""

import math
import pathlib
import sys
import textwrap

import matplotlib
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .error import PlotError

# Of a two-column paper, and how much of it a figure may well take.
COLUMN_INCHES = 3.4
PAGE_INCHES = 9.0
FONT_SIZE = 7
# About as many letters of that size are a column wide.
LINE_LETTERS = 60
# How high a line is, and how long one that stands upright may well be.
LINE_INCHES = 1.15 * FONT_SIZE / 72
TURNED_LETTERS = 24
# Okabe and Ito's colours, which colour-blind people tell apart; the markers do so in grey.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = "osD^vPX"
LINES = ["-", "--", ":", "-."]
SUFFIXES = (".pdf", ".svg", ".png")

matplotlib.rcParams.update({
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.labelsize": FONT_SIZE,
    "figure.titlesize": FONT_SIZE,
    "legend.fontsize": FONT_SIZE,
    "xtick.labelsize": FONT_SIZE,
    "ytick.labelsize": FONT_SIZE,
    "axes.linewidth": 0.6,
    "axes.titlepad": 3,
    "axes.labelpad": 2,
    "lines.linewidth": 1,
    "lines.markersize": 3,
    "legend.frameon": False,
    "legend.columnspacing": 1.2,
    "legend.handlelength": 1.8,
    # Text stays text, and equal figures are equal files.
    "svg.fonttype": "none",
    "svg.hashsalt": "ptqbench",
    "pdf.fonttype": 42,
})
for side in ("xtick", "ytick"):
    matplotlib.rcParams.update({f"{side}.major.width": 0.6, f"{side}.major.size": 2.5, f"{side}.major.pad": 2,
                                f"{side}.minor.width": 0.4, f"{side}.minor.size": 1.5})


def lightened(color, part):
    """The colour, that part of the way to white."""
    return to_hex([1 - (1 - value) * (1 - part) for value in to_rgb(color)])


def series_styles(names):
    """Line styles by name; which one a name gets depends on its place alone. When the colours are used up they come
    again, lighter and with other markers and lines."""
    styles = {}
    for place, name in enumerate(names):
        turn = place // len(COLORS)
        styles[name] = {"color": lightened(COLORS[place % len(COLORS)], min(0.45 * turn, 0.7)),
                        "marker": MARKERS[(place + turn) % len(MARKERS)], "linestyle": LINES[turn % len(LINES)]}
    return styles


def split_titles(keys):
    """(head, titles): of the panels' keys, tuples of texts, what all have in common and what tells each apart."""
    common = [len(set(parts)) == 1 for parts in zip(*keys)]
    head = ", ".join(part for part, same in zip(keys[0], common) if same and part)
    titles = [", ".join(part for part, same in zip(key, common) if not same and part) for key in keys]
    return head, titles


def new_panels(keys, columns=1):
    """(figure, axes): a panel a key, named after it, row by row."""
    # High enough for any names at first; `finish` knows how high it has to be.
    figure = Figure(figsize=(COLUMN_INCHES, 2 + 2.5 * -(-len(keys) // columns)), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)
    grid = figure.subplots(-(-len(keys) // columns), columns, squeeze=False).ravel()
    for unused in grid[len(keys):]:
        unused.remove()
    head, titles = split_titles(keys)
    if head and columns == 1:
        # Above the first panel it stands in the middle of the panels.
        titles[0] = f"{head}\n{titles[0]}".strip()
    elif head:
        figure.suptitle(textwrap.fill(head, LINE_LETTERS))
    for axes, title in zip(grid, titles):
        lines = [textwrap.fill(line, LINE_LETTERS // columns, break_long_words=False) for line in title.split("\n")]
        axes.set_title("\n".join(lines))
    return figure, list(grid[:len(keys)])


def text_inches(figure, label):
    """Width of a text."""
    drawn = figure.text(0, 0, label)
    width = drawn.get_window_extent().width / figure.dpi
    drawn.remove()
    return width


def name_ticks(axes, labels, inches):
    """Names on the x axis, 0, 1, ...: upright where all have room side by side in that many inches; else turned, in
    several lines where these have room, and of very many only some."""
    room = inches / len(labels)
    if max(text_inches(axes.figure, label) for label in labels) + 0.05 <= room:
        axes.set_xticks(range(len(labels)), labels=labels, rotation=0)
        return
    wrapped = [textwrap.fill(label, TURNED_LETTERS, break_long_words=False) for label in labels]
    if max(label.count("\n") + 1 for label in wrapped) * LINE_INCHES <= room:
        labels = wrapped
    places = range(0, len(labels), math.ceil(LINE_INCHES / room))
    axes.set_xticks(places, labels=[labels[place] for place in places], rotation=90)


def log_scale(axes):
    """A logarithmic y axis whose ticks are plain numbers that do not crowd."""
    axes.set_yscale("log")
    least, most = axes.get_ylim()
    subs = (1,) if most / least >= 100 else (1, 2, 5)
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def add_legend(figure, handles):
    """Puts the legend of {label: handle} at the bottom, in as many columns as fit; returns its height in inches."""
    labels = [textwrap.fill(label, LINE_LETTERS - 6) for label in handles]
    for rows in range(1, len(labels) + 1):
        columns = -(-len(labels) // rows)
        legend = figure.legend(list(handles.values()), labels, loc="lower center", ncol=columns, borderaxespad=0.2)
        extent = legend.get_window_extent()
        if extent.width / figure.dpi <= COLUMN_INCHES or rows == len(labels):
            return extent.height / figure.dpi
        legend.remove()


def keep_titles_inside(figure, panels):
    """Moves titles that are wider than their panel away from the figure's edges."""
    width = figure.bbox.width
    for axes in panels:
        extent = axes.title.get_window_extent()
        beyond = max(0, extent.x1 - width) - max(0, -extent.x0)
        axes.title.set_x(axes.title.get_position()[0] - beyond / axes.bbox.width)


def finish(figure, panels, panel_inches, handles=None):
    """Adds the legend, and makes the figure as high as it takes for the panels to have the given height, whatever the
    names around them need."""
    legend_inches = add_legend(figure, handles) if handles else 0.03
    rows = len({panel.get_subplotspec().rowspan.start for panel in panels})
    height = figure.get_figheight()
    for _ in range(4):
        figure.get_layout_engine().set(rect=(0, legend_inches / height, 1, 1 - legend_inches / height))
        figure.draw_without_rendering()
        missing = rows * (panel_inches - panels[0].get_position().height * height)
        if abs(missing) < 0.01:
            break
        height += missing
        figure.set_size_inches(COLUMN_INCHES, height)
    keep_titles_inside(figure, panels)
    if height > PAGE_INCHES:
        print(f"plot_results.py: {len(panels)} panels are {height:.1f} inches high, a page about {PAGE_INCHES:g}; choose some "
              "with the filters", file=sys.stderr)
    return figure


def check_suffix(output):
    """Throws PlotError unless `save` can write such a file."""
    suffix = pathlib.Path(output).suffix
    if suffix.lower() not in SUFFIXES:
        raise PlotError(f"{output}: cannot write '{suffix}'; expected {', '.join(SUFFIXES)}")


def save(figure, output):
    dates = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
    figure.savefig(output, dpi=300, metadata=dates.get(pathlib.Path(output).suffix.lower()))
