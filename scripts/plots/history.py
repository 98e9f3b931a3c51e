"""A metric over the nights, from what `ptqbench history FILE METRIC --format csv` writes: a panel a model, bits and data
set, a line a method. A ring marks the first night of a new level, a dotted line with the commit its date."""

import csv
import dataclasses
import datetime
import re
import sys

from matplotlib import dates
from matplotlib.lines import Line2D

from . import style
from .error import PlotError
from .results_file import series_name
from .selection import add_filters, selected

COLUMNS = ("dataset", "metric", "model", "bits", "method", "date", "commit", "value", "step")
PANEL_INCHES = 1.1
COMMIT_LETTERS = 7


@dataclasses.dataclass(frozen=True)
class Night:
    """One value of one series."""

    dataset: str
    metric: str
    model: str
    bits: str
    method: str
    variant: str
    date: datetime.datetime
    commit: str
    value: float
    step: bool

    @property
    def name(self):
        return series_name(self.method, self.variant)


def add_arguments(parser):
    add_filters(parser, "dataset", "model", "bits", "method", "variant")


def parsed(row):
    # "qdrop (drop_probability=0.5)"
    method, variant = re.fullmatch(r"(.*?)(?: \(([^()]*=.*)\))?", row["method"]).groups()
    if row["step"] not in ("true", "false"):
        raise ValueError(f"step '{row['step']}', expected true or false")
    return Night(dataset=row["dataset"], metric=row["metric"], model=row["model"], bits=row["bits"], method=method,
                 variant=variant or "", date=datetime.datetime.strptime(row["date"], "%Y-%m-%dT%H:%M:%SZ"),
                 commit=row["commit"], value=float(row["value"]), step=row["step"] == "true")


def read_nights(source):
    """The values in a file, `-` for standard input."""
    if source == "-":
        return nights_of(sys.stdin, "standard input")
    try:
        with open(source, newline="", encoding="utf-8") as file:
            return nights_of(file, source)
    except (OSError, UnicodeDecodeError) as error:
        raise PlotError(f"{source}: cannot read it: {error}") from error


def nights_of(lines, where):
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise PlotError(f"{where}: no column {', '.join(missing)}; expected what `ptqbench history FILE --format csv` writes")
    nights = []
    for row in reader:
        try:
            nights.append(parsed(row))
        except (ValueError, TypeError, AttributeError) as error:
            raise PlotError(f"{where}:{reader.line_num}: {error}") from error
    if not nights:
        raise PlotError(f"{where}: it has no values")
    return nights


def short_commit(commit):
    return ",".join(each[:COMMIT_LETTERS] for each in commit.split(","))


def spread(places, gap):
    """The sorted places moved right where they are nearer to the one before than `gap`."""
    moved = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    return moved


def mark_steps(axes, steps):
    """A dotted line a date on which a level changed, with the commits above the panel."""
    commits = {}
    for night in sorted(steps, key=lambda night: night.date):
        commits.setdefault(dates.date2num(night.date), []).append(short_commit(night.commit))
    for date in commits:
        axes.axvline(date, color="0.4", linewidth=0.7, linestyle=":")
    axes.plot([night.date for night in steps], [night.value for night in steps], linestyle="", marker="o", markersize=6.5,
              markerfacecolor="none", markeredgecolor="black", markeredgewidth=0.7, label="new level")
    least, most = axes.get_xlim()
    above = axes.secondary_xaxis("top")
    above.set_xticks(spread(list(commits), 0.04 * (most - least)),
                     labels=[", ".join(dict.fromkeys(each)) for each in commits.values()], rotation=90)
    above.tick_params(length=0)


def date_ticks(axes, first, last):
    """Three dates, or times within a few days, that have room beside each other."""
    parts = [first + part * (last - first) for part in (1 / 6, 1 / 2, 5 / 6)]
    form = "%m-%d %H:%M"
    if last - first >= datetime.timedelta(days=3):
        parts = [part.replace(hour=0, minute=0, second=0) for part in parts]
        form = "%Y-%m-%d"
    parts = list(dict.fromkeys(parts))
    axes.set_xticks(parts, labels=[part.strftime(form) for part in parts])


def figure(options):
    nights = read_nights(options.input)
    names = list(dict.fromkeys(night.name for night in nights))
    styles = style.series_styles(names)
    nights = selected(nights, options)
    keys = list(dict.fromkeys((night.model, night.bits, night.dataset, night.metric) for night in nights))
    drawing, panels = style.new_panels([key[:3] for key in keys])
    first, last = min(night.date for night in nights), max(night.date for night in nights)
    margin = 0.04 * (last - first) or datetime.timedelta(hours=12)
    handles = {}
    for axes, key in zip(panels, keys):
        own = [night for night in nights if (night.model, night.bits, night.dataset, night.metric) == key]
        for name in names:
            line = [night for night in own if night.name == name]
            if line:
                (handles[name],) = axes.plot([night.date for night in line], [night.value for night in line], label=name,
                                             **styles[name])
        axes.set_ylabel(key[3].replace("_", " "))
        axes.set_xlim(first - margin, last + margin)
        date_ticks(axes, first, last)
        axes.tick_params(labelbottom=axes is panels[-1])
        steps = [night for night in own if night.step]
        if steps:
            mark_steps(axes, steps)
            handles["new level, its commit above"] = Line2D([], [], linestyle=":", color="0.4", linewidth=0.7, marker="o",
                                                            markersize=6.5, markerfacecolor="none", markeredgecolor="black")
    return style.finish(drawing, panels, PANEL_INCHES, handles)
