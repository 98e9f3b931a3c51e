"""results.h5 as docs/results-format.md describes it."""

import dataclasses
import pathlib

import h5py

from .error import PlotError

CONTENT = "ptqbench results"
FORMAT_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell that has run, finished or failed; `variant` is empty where its method has one."""

    fingerprint: str
    dataset: str
    model: str
    bits: str
    method: str
    variant: str
    seed: int
    status: str
    metric_name: str
    metric: float
    rank: int
    started_at: str
    seconds: float

    @property
    def name(self):
        return series_name(self.method, self.variant)

    @property
    def finished(self):
        return self.status == "finished"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A metric over the seeds, from the tables; the deviation is NaN where it is of one seed."""

    dataset: str
    metric_name: str
    model: str
    bits: str
    method: str
    variant: str
    mean: float
    standard_deviation: float
    full_precision: float

    @property
    def name(self):
        return series_name(self.method, self.variant)


def series_name(method, variant):
    """As `ptqbench compare` and `history` write it."""
    return f"{method} ({variant})" if variant else method


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def rows(table):
    """The rows of a compound dataset as dicts."""
    names = table.dtype.names
    return [dict(zip(names, map(text, row))) for row in table[()].tolist()]


class Results:
    """An open results.h5. `source`: the file or the run directory that holds it."""

    def __init__(self, source):
        self.path = pathlib.Path(source)
        if self.path.is_dir():
            self.path = self.path / "results.h5"
        if not self.path.is_file():
            raise PlotError(f"there is no {self.path}; `ptqbench run` writes results.h5 when it ends")
        try:
            self._file = h5py.File(self.path, "r")
        except OSError as error:
            raise PlotError(f"{self.path}: {error}") from error
        content = text(self._file.attrs.get("content", "another file"))
        version = self._file.attrs.get("format_version")
        if content != CONTENT or version != FORMAT_VERSION:
            raise PlotError(f"{self.path}: expected '{CONTENT}' of format {FORMAT_VERSION}, "
                            f"this is '{content}' of format {version}")

    def cells(self):
        """All cells that have run, in the order of the sweep."""
        table = self._dataset("cells")
        if len(table) == 0:
            raise PlotError(f"{self.path}: no cell has run")
        names = [field.name for field in dataclasses.fields(Cell)]
        if "variant" not in table.dtype.names:
            self._check_single_variants()
        return [Cell(**{name: row.get(name, "") for name in names}) for row in rows(table)]

    def finished_cells(self):
        cells = [cell for cell in self.cells() if cell.finished]
        if not cells:
            raise PlotError(f"{self.path}: no cell is finished")
        return cells

    def entries(self):
        """What the tables show of finished cells, a table after the other."""
        entries = []
        for table in self._tables():
            attributes = {name: text(table.attrs[name]) for name in ("dataset", "metric_name")}
            models, full_precision = [text(model) for model in table["models"][()]], table["full_precision"][()]
            for number, row in enumerate(rows(table["rows"])):
                for place, model in enumerate(models):
                    mean, deviation = (table[name][number, place] for name in ("mean", "standard_deviation"))
                    if mean == mean:
                        entries.append(Entry(model=model, mean=mean, standard_deviation=deviation,
                                             full_precision=full_precision[place], **attributes,
                                             **{key: row[key] for key in ("bits", "method", "variant")}))
        if not entries:
            raise PlotError(f"{self.path}: no cell is finished")
        return entries

    def series_names(self):
        """Methods with their variants in the order of the tables, filtered or not, so that a method looks the same in
        all figures of a run."""
        names = [series_name(row["method"], row["variant"]) for table in self._tables() for row in rows(table["rows"])]
        return list(dict.fromkeys(names))

    def of_cell(self, cell, name):
        """A dataset of the whole cell as dicts."""
        return rows(self._dataset(f"cell/{cell.fingerprint}/{name}"))

    def _tables(self):
        return self._dataset("tables").values()

    def _dataset(self, name):
        try:
            return self._file[name]
        except KeyError as error:
            raise PlotError(f"{self.path}: there is no /{name}") from error

    def _check_single_variants(self):
        if any(row["variant"] for table in self._tables() for row in rows(table["rows"])):
            raise PlotError(f"{self.path}: its cells do not say which variant of their method they are, it is of an "
                            "older program; `ptqbench run` with the same sweep file writes it anew")
