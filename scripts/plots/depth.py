"""Numbers along the depth of a network: a panel a model and bit width, a line a method with the mean over seeds, a band
from the least to the most."""

import dataclasses
import math

from . import style

PANEL_INCHES = 1.15
# Names that long need more height than the numbers.
LONG_NAME = 20


@dataclasses.dataclass
class Panel:
    # (model, bits, data set)
    key: tuple
    # Names of blocks in the order of execution.
    blocks: list
    # {method: {block: [value of each seed]}}
    lines: dict


def merged_order(orders):
    """One order of all names in the lists: each stands after what it follows in its own list."""
    merged = []
    for order in orders:
        place = 0
        for name in order:
            if name in merged:
                place = merged.index(name) + 1
            else:
                merged.insert(place, name)
                place += 1
    return merged


def short_names(names):
    """The names without leading parts that several share, as long as one is long and they stay unique."""
    short = list(names)
    while short:
        longest = max(short, key=len)
        prefix = longest.split(".")[0] + "."
        stripped = [name[len(prefix):] if name.startswith(prefix) else name for name in short]
        shared = sum(name.startswith(prefix) for name in short) > 1
        if len(longest) <= LONG_NAME or not shared or len(set(stripped)) < len(stripped):
            break
        short = stripped
    return short


def panels_of(cells, values_of):
    """One panel for each model, bits and data set; `values_of(cell)` gives {block: value} in the order of execution.
    Values that are not finite are not drawn; cells without values are left out."""
    values = [(cell, values_of(cell)) for cell in cells]
    panels = []
    for key in dict.fromkeys((cell.model, cell.bits, cell.dataset) for cell, own in values if own):
        members = [(cell, own) for cell, own in values if own and (cell.model, cell.bits, cell.dataset) == key]
        lines = {}
        for cell, own in members:
            line = lines.setdefault(cell.name, {})
            for block, value in own.items():
                if math.isfinite(value):
                    line.setdefault(block, []).append(value)
        panels.append(Panel(key, merged_order([list(own) for _, own in members]), lines))
    return panels


def draw_line(axes, blocks, line, line_style):
    """The drawn mean of {block: values}; a gap where a block has none."""
    places = range(len(blocks))
    means = [sum(line[block]) / len(line[block]) if block in line else float("nan") for block in blocks]
    least, most = ([bound(line[block]) if block in line else float("nan") for block in blocks] for bound in (min, max))
    axes.fill_between(places, least, most, color=line_style["color"], alpha=0.2, linewidth=0)
    (drawn,) = axes.plot(places, means, **line_style)
    return drawn


def start_at_zero(axes):
    """Numbers that cannot be negative are seen whole."""
    _, most = axes.get_ylim()
    axes.set_ylim(0, 1.05 * most)


def figure(panels, series_names, label):
    """`label`: of the y axis."""
    styles = style.series_styles(series_names)
    drawing, all_axes = style.new_panels([panel.key for panel in panels])
    handles = {}
    for axes, panel, following in zip(all_axes, panels, panels[1:] + [None]):
        for name in series_names:
            if name in panel.lines:
                handles[name] = draw_line(axes, panel.blocks, panel.lines[name], styles[name])
                handles[name].set_label(name)
        style.name_ticks(axes, short_names(panel.blocks), 2.8)
        # Neighbours with the same blocks share their names.
        if following and following.blocks == panel.blocks:
            axes.tick_params(labelbottom=False)
        axes.set_xlim(-0.6, len(panel.blocks) - 0.4)
        axes.grid(axis="x", color="0.9", linewidth=0.4)
        axes.set_ylabel(label)
    return style.finish(drawing, all_axes, PANEL_INCHES, handles)
