"""scripts/plot_results.py on made-up results files, and on a small run of PROGRAM: what the figures hold, not how they
look. usage: plot_results_test.py PROGRAM. Exit code 77: skipped."""

import contextlib
import io
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

try:
    import h5py
    import matplotlib
    import numpy
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "plot_results.py"
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(SCRIPT.parent))
import plot_results  # noqa: E402
from plots import accuracy, depth, error, flips, history, losses, noise, schedule, seeds, style  # noqa: E402

MODULES = {"schedule": schedule, "accuracy": accuracy, "losses": losses, "noise": noise, "flips": flips, "seeds": seeds,
           "history": history}
NAN, INFINITY = math.nan, math.inf


def cell(fingerprint, method="qdrop", **others):
    """A row of /cells."""
    return {"fingerprint": fingerprint, "dataset": "images", "model": "resnet", "bits": "w4a4", "method": method,
            "variant": "", "seed": 1, "status": "finished", "metric_name": "top1_accuracy", "metric": 90.0, "rank": 0,
            "started_at": "2024-05-01T12:00:00Z", "seconds": 1.0, **others}


def unit(name, block, weights, flipped, phase="weights"):
    return {"name": name, "kind": "conv", "block": block, "phase": phase, "weights": weights, "flipped_weights": flipped}


def loss(number, iteration, reconstruction, rounding=0.0):
    return {"unit": number, "iteration": iteration, "total": reconstruction + rounding,
            "reconstruction": reconstruction, "rounding": rounding}


def noise_rows(**decibels):
    return [{"block": block, "kind": "block", "decibels": value} for block, value in decibels.items()]


def as_table(rows, without=()):
    """A compound array of dicts, texts of fixed length."""
    kinds = {int: "i8", float: "f8", bool: "?"}
    fields = []
    for name, value in rows[0].items() if rows else ():
        length = max(len(str(row[name])) for row in rows) + 1
        fields.append((name, kinds.get(type(value), f"S{length}")))
    fields = [field for field in fields if field[0] not in without]
    return numpy.array([tuple(row[name] for name, _ in fields) for row in rows], dtype=fields or [("fingerprint", "S1")])


class Folder(unittest.TestCase):
    """Writes results files and draws figures of them."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)

    def write(self, cells, whole=None, without=(), content="ptqbench results"):
        """`whole`: {fingerprint: {dataset: rows}}; `without`: columns that older programs did not write. The tables
        have a row a method and variant, of no model."""
        with h5py.File(self.folder / "results.h5", "w") as file:
            file.attrs["content"], file.attrs["format_version"] = numpy.bytes_(content), 1
            file["cells"] = as_table(cells, without)
            for row in cells:
                for name in ("units", "losses", "block_noise"):
                    table = (whole or {}).get(row["fingerprint"], {}).get(name, [])
                    file[f"cell/{row['fingerprint']}/{name}"] = as_table(table, without)
            names = list(dict.fromkeys((row["bits"], row["method"], row["variant"]) for row in cells))
            self.add_table(file, "all", [], names, numpy.zeros((len(names), 0)), numpy.zeros((len(names), 0)), [])

    @staticmethod
    def add_table(file, dataset, models, names, mean, deviation, full_precision, metric="top1_accuracy"):
        table = file.create_group(f"tables/task_{dataset}")
        table.attrs["dataset"], table.attrs["metric_name"] = numpy.bytes_(dataset), numpy.bytes_(metric)
        table["rows"] = as_table([{"bits": bits, "method": method, "variant": variant} for bits, method, variant in names])
        table["models"] = numpy.array(models, dtype="S16")
        table["mean"], table["standard_deviation"] = numpy.array(mean), numpy.array(deviation)
        table["full_precision"] = full_precision

    def options(self, figure, *arguments):
        return plot_results.parse([figure, str(self.folder), *arguments], MODULES)

    def draw(self, figure, *arguments):
        # The layout changes nothing of what is drawn, and takes most of the time.
        with mock.patch.object(style, "finish", lambda drawing, *_: drawing):
            return MODULES[figure].figure(self.options(figure, *arguments))

    def fails(self, words, figure, *arguments):
        with self.assertRaisesRegex(error.PlotError, words):
            self.draw(figure, *arguments)


def lines(axes):
    """{label: [y]} of the labelled lines of a panel."""
    return {line.get_label(): list(line.get_ydata()) for line in axes.lines if not line.get_label().startswith("_")}


def labels(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def titles(drawing):
    return [axes.get_title() for axes in drawing.axes]


class Selection(Folder):
    def setUp(self):
        super().setUp()
        cells = [cell("a", "nearest"), cell("b", "qdrop", bits="w2a2"), cell("c", "brecq", seed=2)]
        self.write(cells, {each["fingerprint"]: {"block_noise": noise_rows(stem=1.0)} for each in cells})

    def test_several_values_are_alternatives_and_filters_must_all_match(self):
        drawing = self.draw("noise", "--method", "nearest", "qdrop", "--bits", "w4a4")
        self.assertEqual(lines(drawing.axes[0]), {"nearest": [1.0]})

    def test_an_unknown_value_names_those_there_are_and_the_nearest(self):
        self.fails(r"--method qdorp: there is none \(do you mean qdrop\?\); there are: nearest, qdrop, brecq",
                   "noise", "--method", "qdorp")
        self.fails("--seed 3: there is none; there are: 1, 2", "noise", "--seed", "3")

    def test_known_values_that_do_not_meet_are_an_error(self):
        self.fails("nothing matches --bits w2a2 --method brecq", "noise", "--bits", "w2a2", "--method", "brecq")


class Input(Folder):
    def test_the_file_itself_or_its_folder(self):
        self.write([cell("a")], {"a": {"block_noise": noise_rows(stem=1.0)}})
        options = plot_results.parse(["noise", str(self.folder / "results.h5")], MODULES)
        self.assertEqual(lines(noise.figure(options).axes[0]), {"qdrop": [1.0]})
        self.assertEqual(plot_results.default_output(options), self.folder / "noise.png")
        self.assertEqual(plot_results.default_output(self.options("noise")), self.folder / "noise.png")

    def test_what_is_no_results_file_is_an_error_that_names_it(self):
        self.fails("there is no .*results.h5", "noise")
        (self.folder / "results.h5").write_bytes(b"no HDF5")
        self.fails("results.h5: ", "noise")
        self.write([cell("a")], content="ptqbench cell")
        self.fails("expected 'ptqbench results' of format 1, this is 'ptqbench cell'", "noise")
        self.write([])
        self.fails("no cell has run", "schedule")
        self.write([cell("a", status="failed")])
        self.fails("no cell is finished", "seeds")
        self.fails("no cell is finished", "accuracy")

    def test_without_the_column_all_methods_have_one_variant_unless_the_tables_say_otherwise(self):
        self.write([cell("a")], {"a": {"block_noise": noise_rows(stem=1.0)}}, without=["variant"])
        with h5py.File(self.folder / "results.h5", "a") as file:
            del file["tables"]
            self.add_table(file, "images", [], [("w4a4", "qdrop", "")], [[]], [[]], [])
        self.assertEqual(lines(self.draw("noise").axes[0]), {"qdrop": [1.0]})
        with h5py.File(self.folder / "results.h5", "a") as file:
            del file["tables"]
            self.add_table(file, "images", [], [("w4a4", "qdrop", "p=1")], [[]], [[]], [])
        self.fails("older program", "noise")


class Schedule(Folder):
    ROWS = [dict(started_at="2024-05-01T23:59:50Z", seconds=30.0),
            dict(started_at="2024-05-01T23:59:50Z", seconds=10.0, rank=3, method="nearest"),
            dict(started_at="2024-05-02T00:00:00Z", seconds=10.0, rank=3, status="failed")]

    def test_a_bar_a_cell_on_its_rank_over_midnight(self):
        self.write([cell(str(place), **row) for place, row in enumerate(self.ROWS)])
        drawing = self.draw("schedule")
        (axes,) = drawing.axes
        bars = [(bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2, bar.get_hatch() is not None)
                for bar in axes.patches]
        self.assertEqual(bars, [(0, 30, 0, False), (0, 10, 1, False), (10, 10, 1, True)])
        self.assertEqual([label.get_text() for label in axes.get_yticklabels()], ["0", "3"])
        # 50 of 2 times 30 seconds.
        self.assertEqual(axes.get_title(), "3 cells on 2 ranks, 83.3 % of the time in use")


class Accuracy(Folder):
    def setUp(self):
        super().setUp()
        self.write([cell("a")])
        with h5py.File(self.folder / "results.h5", "a") as file:
            del file["tables"]
            self.add_table(file, "one", ["bert", "gpt"],
                           [("w4a4", "nearest", ""), ("w4a4", "qdrop", "p=0.25"), ("w4a4", "qdrop", "p=0.5"),
                            ("w2a2", "nearest", "")],
                           [[91, 71], [92, 72], [93, 73], [50, NAN]],
                           [[1.5, 1], [0.5, 1], [0.25, 1], [NAN, NAN]], [95, 75])
            self.add_table(file, "two", ["bert"], [("w4a4", "brecq", "")], [[80]], [[2]], [85], "f1")

    def test_a_panel_a_model_and_table_and_a_line_a_variant(self):
        drawing = self.draw("accuracy")
        bert, gpt, two = drawing.axes
        self.assertEqual(titles(drawing), ["bert, one", "gpt, one", "bert, two"])
        self.assertEqual([axes.get_ylabel() for axes in (bert, two)], ["top1 accuracy (%)", "f1 (%)"])
        self.assertEqual([container.get_label() for container in bert.containers],
                         ["nearest", "qdrop (p=0.25)", "qdrop (p=0.5)"])
        data, _, (bars,) = bert.containers[0]
        self.assertEqual(list(data.get_ydata()), [91, 50])
        self.assertEqual(bars.get_segments()[0][:, 1].tolist(), [89.5, 92.5])
        self.assertEqual(len(bars.get_segments()[1]), 0, "one seed has no deviation")
        # A method that has not run has no point, and full precision a line of its own in each panel.
        self.assertEqual(list(gpt.containers[0][0].get_ydata()), [71])
        self.assertEqual([axes.lines[-1].get_ydata()[0] for axes in drawing.axes], [95, 75, 85])

    def test_a_method_of_which_every_mean_is_of_one_seed_has_no_bars(self):
        (axes,) = self.draw("accuracy", "--dataset", "one", "--model", "bert", "--bits", "w2a2").axes
        data, _, bars = axes.containers[0]
        self.assertEqual((list(data.get_ydata()), bars), ([50], ()))

    def test_filters_choose_rows_and_columns(self):
        (axes,) = self.draw("accuracy", "--model", "gpt", "--variant", "p=0.25", "").axes
        self.assertEqual([container.get_label() for container in axes.containers], ["nearest", "qdrop (p=0.25)"])
        self.fails("--dataset three: there is none.*there are: one, two", "accuracy", "--dataset", "three")

    def test_a_method_keeps_its_look_when_others_are_filtered_out(self):
        colors = [self.draw("accuracy", *chosen).axes[0].containers[-1][0].get_color()
                  for chosen in ([], ["--method", "qdrop", "--variant", "p=0.5"])]
        self.assertEqual(colors[0], colors[1])


class Noise(Folder):
    def test_means_over_seeds_along_the_depth_within_the_range_of_the_seeds(self):
        self.write([cell("a", seed=1), cell("b", seed=2), cell("c", "nearest", variant="x=1")],
                   {"a": {"block_noise": noise_rows(stem=10.0, body=4.0, head=INFINITY)},
                    "b": {"block_noise": noise_rows(stem=12.0, body=8.0, head=INFINITY)},
                    "c": {"block_noise": noise_rows(stem=9.0, head=1.0)}})
        (axes,) = self.draw("noise").axes
        drawn = lines(axes)
        self.assertEqual(labels(axes), ["stem", "body", "head"])
        self.assertEqual(drawn["qdrop"][:2], [11.0, 6.0])
        self.assertTrue(math.isnan(drawn["qdrop"][2]), "a block that loses nothing has no point")
        self.assertEqual((drawn["nearest (x=1)"][0], drawn["nearest (x=1)"][2]), (9.0, 1.0))
        band = axes.collections[0].get_paths()[0].vertices[:, 1]
        self.assertEqual(set(band.tolist()), {10.0, 12.0, 4.0, 8.0})
        self.assertEqual(lines(self.draw("noise", "--seed", "2").axes[0])["qdrop"][:2], [12.0, 8.0])

    def test_panels_are_models_and_bits(self):
        cells = [cell("a"), cell("b", bits="w2a2"), cell("c", model="vgg")]
        self.write(cells, {each["fingerprint"]: {"block_noise": noise_rows(stem=1.0)} for each in cells})
        self.assertEqual(titles(self.draw("noise")), ["images\nresnet, w4a4", "resnet, w2a2", "vgg, w4a4"])

    def test_nothing_measured_is_an_error(self):
        self.write([cell("a")])
        self.fails("report.held_out_samples", "noise")


class Flips(Folder):
    def test_units_of_a_block_are_summed(self):
        self.write([cell("a"), cell("b", "nearest")],
                   {"a": {"units": [unit("stem", "stem", 50, 5), unit("body.0", "body", 100, 10),
                                    unit("body.1", "body", 300, 90), unit("body.1", "body", 0, 0, "activations")]}})
        (axes,) = self.draw("flips").axes
        self.assertEqual(labels(axes), ["stem", "body"])
        # 5 of 50; 100 of 400.
        self.assertEqual(lines(axes), {"qdrop": [10.0, 25.0]})
        self.assertEqual(axes.get_ylim()[0], 0)

    def test_files_that_did_not_count_are_an_error(self):
        self.write([cell("a")], {"a": {"units": [unit("stem", "stem", 0, 0)]}})
        self.fails("flipped_weights.*older", "flips")
        self.write([cell("a")], {"a": {"units": [unit("stem", "stem", 9, 9)]}}, without=["weights", "flipped_weights"])
        self.fails("flipped_weights.*older", "flips")


class Depth(unittest.TestCase):
    def test_orders_that_have_different_blocks_are_merged(self):
        self.assertEqual(depth.merged_order([["a", "c", "e"], ["a", "b", "c", "d"]]), ["a", "b", "c", "d", "e"])

    def test_long_names_lose_parts_that_several_share(self):
        self.assertEqual(depth.short_names(["backbone.stem", "backbone.inner_blocks.2.0", "head"]),
                         ["stem", "inner_blocks.2.0", "head"])
        self.assertEqual(depth.short_names(["layer1.0", "layer1.1"]), ["layer1.0", "layer1.1"])
        once = ["stem", "a_very_long_first_part.second_part"]
        self.assertEqual(depth.short_names(once), once)
        alike = ["backbone.a_very_long_name", "backbone.stem", "stem"]
        self.assertEqual(depth.short_names(alike), alike)


class Losses(Folder):
    def setUp(self):
        super().setUp()
        whole = {"units": [unit("stem", "stem", 9, 1), unit("body", "body", 9, 1), unit("stem", "stem", 0, 0, "activations")],
                 "losses": [loss(0, 0, 8.0), loss(0, 1, 4.0, 1.0), loss(1, 0, 2.0), loss(1, 1, 1.0), loss(2, 0, 6.0)]}
        self.write([cell("a", "brecq"), cell("b", "brecq", seed=2), cell("c", "qdrop"), cell("d", "nearest")],
                   {"a": whole, "b": {**whole, "losses": [loss(0, 0, 7.0)]},
                    "c": {"units": [unit("stem", "stem", 9, 1, "joint")], "losses": [loss(0, 0, 5.0), loss(0, 1, 3.0)]}})

    def panels(self, *arguments):
        """{title: lines}; the last axes are the colour scale."""
        return {axes.get_title(): lines(axes) for axes in self.draw("losses", *arguments).axes[:-1]}

    def test_a_panel_a_method_and_phase_of_the_first_seed_and_a_line_a_unit(self):
        self.assertEqual(self.panels(), {"brecq, weights": {"stem": [8.0, 4.0], "body": [2.0, 1.0]},
                                         "brecq, activations": {"stem": [6.0]}, "qdrop, joint": {"stem": [5.0, 3.0]}})
        self.assertEqual(labels(self.draw("losses").axes[-1]), ["stem", "body"])

    def test_seeds_phases_and_parts_of_the_loss_are_chosen(self):
        self.assertEqual(self.panels("--seed", "2", "1", "--phase", "weights"),
                         {"seed 1": {"stem": [8.0, 4.0], "body": [2.0, 1.0]}, "seed 2": {"stem": [7.0]}})
        self.assertEqual(self.panels("--loss", "rounding"), {"": {"stem": [0.0, 1.0]}})
        self.assertEqual(self.panels("--loss", "total", "--phase", "weights")[""]["stem"], [8.0, 5.0])
        self.assertEqual(self.panels("--relative", "--phase", "joint"), {"": {"stem": [1.0, 0.6]}})

    def test_units_compare_methods(self):
        (axes,) = self.draw("losses", "--unit", "stem").axes
        self.assertEqual(lines(axes), {"brecq, weights": [8.0, 4.0], "brecq, activations": [6.0], "qdrop, joint": [5.0, 3.0]})
        self.fails("--unit hed: there is none.*there are: stem, body", "losses", "--unit", "hed")
        self.fails("--phase x: there is none.*weights, activations, joint", "losses", "--phase", "x")

    def test_a_method_that_learns_nothing_has_no_curves(self):
        self.fails("no curves", "losses", "--method", "nearest")
        self.fails("relative to its start", "losses", "--loss", "rounding", "--relative")

    def test_long_curves_are_means_of_stretches(self):
        self.assertEqual(losses.thinned([1.0, 3.0]), [1.0, 3.0])
        # 30 stretches of 2.
        self.assertEqual(losses.thinned(list(range(60))), [0.5 + 2 * place for place in range(30)])


class Seeds(Folder):
    def test_deviations_from_the_mean_of_each_group(self):
        self.write([cell("a", seed=1, metric=90.0), cell("b", seed=2, metric=92.0), cell("c", seed=3, metric=97.0),
                    cell("d", model="vgg", seed=1, metric=50.0), cell("e", model="vgg", seed=2, metric=54.0),
                    cell("f", "nearest", seed=1, metric=10.0), cell("g", seed=4, status="failed", metric=NAN)])
        with contextlib.redirect_stderr(io.StringIO()) as said:
            (axes,) = self.draw("seeds").axes
        self.assertIn("left out 1 of 3 groups", said.getvalue())
        self.assertEqual(labels(axes), ["qdrop"], "one seed has no spread")
        points = [list(line.get_ydata()) for line in axes.lines if line.get_label() == "qdrop"]
        self.assertEqual(points, [[-3.0, -1.0, 4.0], [-2.0, 2.0]])
        # Sample standard deviations: sqrt(26 / 2) and sqrt(8).
        spreads = [container[2][0].get_segments()[0][1, 1] for container in axes.containers]
        self.assertAlmostEqual(spreads[0], math.sqrt(13))
        self.assertAlmostEqual(spreads[1], math.sqrt(8))

    def test_of_two_runs_of_a_seed_the_last_counts(self):
        self.write([cell("a", seed=1, metric=10.0, started_at="2024-05-02T00:00:00Z"), cell("b", seed=1, metric=90.0),
                    cell("c", seed=2, metric=20.0)])
        (axes,) = self.draw("seeds").axes
        self.assertEqual(lines(axes)["qdrop"], [-5.0, 5.0])

    def test_fewer_than_two_seeds_are_an_error(self):
        self.write([cell("a"), cell("b", "nearest")])
        with contextlib.redirect_stderr(io.StringIO()):
            self.fails("two finished seeds", "seeds")


class History(Folder):
    HEADER = "task,dataset,metric,model,bits,method,date,commit,value,step\n"
    ROWS = ("t,images,f1,bert,w4a4,qdrop (p=0.5),2024-05-01T22:00:00Z,0123456789ab,90,false\n"
            "t,images,f1,bert,w4a4,qdrop (p=0.5),2024-05-02T22:00:00Z,abcdef012345,80,true\n"
            "t,images,f1,bert,w4a4,nearest,2024-05-02T22:00:00Z,abcdef012345,50,false\n")

    def csv(self, text):
        path = self.folder / "history.csv"
        path.write_text(text)
        return plot_results.parse(["history", str(path)], MODULES)

    def test_values_by_night_with_steps_and_their_commits_marked(self):
        (axes,) = history.figure(self.csv(self.HEADER + self.ROWS)).axes
        self.assertEqual(lines(axes), {"qdrop (p=0.5)": [90.0, 80.0], "nearest": [50.0], "new level": [80.0]})
        (above,) = axes.child_axes
        self.assertEqual(labels(above), ["abcdef0"])
        (place,) = above.get_xticks()
        self.assertEqual(matplotlib.dates.num2date(place).isoformat(), "2024-05-02T22:00:00+00:00")

    def test_method_and_variant_are_filters(self):
        options = self.csv(self.HEADER + self.ROWS)
        options.method, options.variant = ["qdrop"], ["p=0.5"]
        self.assertNotIn("nearest", lines(history.figure(options).axes[0]))

    def test_what_is_no_history_is_an_error_that_names_the_line(self):
        for text, words in [("a,b\n1,2\n", "history.csv: no column dataset, .*--format csv"),
                            (self.HEADER, "it has no values"),
                            (self.HEADER + self.ROWS.replace("80,true", "80,maybe"), "history.csv:3: step 'maybe'"),
                            (self.HEADER + self.ROWS.replace("2024-05-02T22", "yesterday"), "history.csv:3: "),
                            (self.HEADER + "t,images\n", "history.csv:2: ")]:
            with self.assertRaisesRegex(error.PlotError, words):
                history.figure(self.csv(text))

    def test_labels_of_near_nights_are_moved_apart(self):
        self.assertEqual(history.spread([0, 1, 1.5, 9], 2), [0, 2, 4, 9])


class Style(unittest.TestCase):
    def test_every_figure_is_a_column_wide_and_its_panels_as_high_as_asked(self):
        for names in (["a"], ["a very long name of a block"] * 40):
            drawing, panels = style.new_panels([("one",), ("two",)])
            for axes in panels:
                (line,) = axes.plot([0, 1])
                style.name_ticks(axes, names, 2.7)
            style.finish(drawing, panels, 1.25, {f"method {place}": line for place in range(9)})
            self.assertAlmostEqual(drawing.get_figwidth(), style.COLUMN_INCHES)
            for axes in panels:
                self.assertAlmostEqual(axes.get_position().height * drawing.get_figheight(), 1.25, delta=0.05)
            legend = drawing.legends[0].get_window_extent()
            self.assertLessEqual(legend.width, drawing.bbox.width)
            self.assertLess(legend.y1, min(axes.get_tightbbox().y0 for axes in panels))

    def test_more_names_than_have_room_are_thinned_out(self):
        drawing, (axes,) = style.new_panels([("one",)])
        style.name_ticks(axes, [f"block{place}" for place in range(100)], 2.8)
        self.assertEqual(labels(axes)[:3], ["block0", "block4", "block8"])

    def test_long_names_are_turned_and_broken_into_lines_that_have_room(self):
        drawing, (axes,) = style.new_panels([("one",)])
        style.name_ticks(axes, ["qdrop (drop_probability=0.5, round_weight=0.01)"] * 3, 2.7)
        label = axes.get_xticklabels()[0]
        self.assertEqual((label.get_text(), label.get_rotation()),
                         ("qdrop\n(drop_probability=0.5,\nround_weight=0.01)", 90))
        style.name_ticks(axes, ["qdrop"] * 3, 2.7)
        self.assertEqual(axes.get_xticklabels()[0].get_rotation(), 0)

    def test_more_methods_than_colours_still_differ(self):
        styles = style.series_styles([f"method {place}" for place in range(28)])
        self.assertEqual(len({tuple(each.items()) for each in styles.values()}), 28)
        self.assertEqual(len({each["color"] for each in list(styles.values())[:21]}), 21)

    def test_titles_say_once_what_all_panels_share(self):
        self.assertEqual(style.split_titles([("a", "x", "1"), ("a", "y", "1")]), ("a, 1", ["x", "y"]))


class Files(Folder):
    def test_equal_results_give_equal_files(self):
        self.write([cell("a")], {"a": {"block_noise": noise_rows(stem=1.0)}})
        for suffix in style.SUFFIXES:
            outputs = [self.folder / f"{name}{suffix}" for name in ("one", "two")]
            for output in outputs:
                style.save(self.draw("noise"), output)
            self.assertEqual(outputs[0].read_bytes(), outputs[1].read_bytes(), suffix)
            # Both may be of one second.
            for date in (b"CreationDate", b"dc:date"):
                self.assertNotIn(date, outputs[0].read_bytes())


class EndToEnd(Folder):
    SWEEP = f"""
name: small
task: image_classification
dataset: fashion_mnist
models: [{{name: resnet20, checkpoint: {ROOT}/configs/checkpoints/resnet20_fashion_mnist.safetensors}}]
bits: [w2a2]
methods: [nearest, brecq, qdrop]
seeds: [1, 2]
settings: {{calibration_samples: 8, range_samples: 8, batch_size: 4, iterations: 2, step_iterations: 2}}
overrides:
  - when: {{method: nearest, seed: 2}}
    set: {{weight_range: min_max}}
evaluation: {{samples: 16}}
report: {{held_out_samples: 4, flatness_samples: 0}}
threads: 1
"""

    def call(self, program, *arguments, code=0):
        outcome = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
        self.assertEqual(outcome.returncode, code, outcome.stderr)
        return outcome

    def plot(self, *arguments, code=0):
        """What the script says, on standard output or error."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            self.assertEqual(plot_results.main([str(argument) for argument in arguments]), code)
        return said.getvalue()

    def test_every_figure_of_a_run_in_every_format(self):
        run = self.folder / "run"
        (self.folder / "small.yaml").write_text(self.SWEEP)
        self.call(PROGRAM, "run", self.folder / "small.yaml", "--out", run)
        starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
        for figure, suffix in [("schedule", "svg"), ("accuracy", "pdf"), ("losses", "png"), ("noise", "svg"),
                               ("flips", "pdf"), ("seeds", "png")]:
            output = self.folder / f"{figure}.{suffix}"
            self.assertTrue(self.plot(figure, run, "--output", output).endswith(f"{output}\n"))
            self.assertTrue(output.read_bytes().startswith(starts[suffix]), figure)
        # What is drawn is what the run measured.
        self.folder = run
        (axes,) = self.draw("noise", "--seed", "1").axes
        with h5py.File(run / "results.h5") as file:
            row = next(row for row in file["cells"] if row["method"] == b"brecq" and row["seed"] == 1)
            decibels = file["cell"][row["fingerprint"].decode()]["block_noise"]["decibels"].tolist()
        self.assertEqual(lines(axes)["brecq"], decibels)
        variants = [name for name in lines(self.draw("noise").axes[0]) if name.startswith("nearest")]
        self.assertEqual(len(variants), 2, "variants of a method are lines of their own")

    def test_history_comes_through_standard_input(self):
        run = self.folder / "run"
        (self.folder / "small.yaml").write_text(self.SWEEP)
        self.call(PROGRAM, "run", self.folder / "small.yaml", "--out", run, "--limit", "1")
        nights, output = self.folder / "history.jsonl", self.folder / "history.svg"
        self.call(PROGRAM, "history", "add", nights, run)
        values = self.call(PROGRAM, "history", nights, "top1_accuracy", "--format", "csv").stdout
        subprocess.run([sys.executable, "-B", SCRIPT, "history", "-", "--output", output], input=values, text=True, check=True,
                       capture_output=True)
        self.assertIn("resnet20, w2a2, fashion_mnist", output.read_text())

    def test_wrong_input_ends_with_a_word_and_code_2(self):
        self.assertIn("there is no", self.plot("noise", self.folder / "nowhere", code=2))
        self.write([cell("a")])
        self.assertIn("cannot write '.unknown'; expected .pdf, .svg, .png",
                      self.plot("accuracy", self.folder, "--output", self.folder / "figure.unknown", code=2))
        self.assertIn("cannot read it", self.plot("history", self.folder / "nowhere.csv", code=2))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
