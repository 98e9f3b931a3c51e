"""scripts/plot_results.py on a made-up results.h5. Exit code 77: skipped."""

import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
    import matplotlib  # noqa: F401
    import numpy
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import plot_results  # noqa: E402


def write_results(folder, rows):
    names = ["rank", "started_at", "seconds", "method", "status"]
    kinds = ["i8", "S20", "f8", "S16", "S8"]
    with h5py.File(folder / "results.h5", "w") as file:
        file["cells"] = numpy.array(rows, dtype=list(zip(names, kinds)))


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "plot_results.py"), *map(str, arguments)],
        capture_output=True, text=True, check=False)


ROWS = [(0, b"2024-05-01T23:59:50Z", 30.0, b"qdrop", b"finished"),
        (1, b"2024-05-01T23:59:50Z", 10.0, b"nearest", b"finished"),
        (1, b"2024-05-02T00:00:00Z", 10.0, b"qdrop", b"failed")]

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    write_results(folder, ROWS)
    bars = plot_results.schedule_bars(plot_results.read_cells(h5py, folder))
    # Over midnight.
    assert bars == [(0, 0, 30, "qdrop", True), (1, 0, 10, "nearest", True), (1, 10, 10, "qdrop", False)], bars
    assert abs(plot_results.utilisation(bars) - 50 / 60) < 1e-12
    outcome = run("schedule", folder)
    assert outcome.returncode == 0, outcome.stderr
    assert (folder / "schedule.png").read_bytes().startswith(b"\x89PNG")

    outcome = run("schedule", folder, "--output", folder / "figure.unknown")
    assert outcome.returncode == 2 and "unknown" in outcome.stderr, outcome.stderr
    write_results(folder, [])
    outcome = run("schedule", folder)
    assert outcome.returncode == 2 and "no cell has run" in outcome.stderr, outcome.stderr
    (folder / "results.h5").write_bytes(b"no HDF5")
    outcome = run("schedule", folder)
    assert outcome.returncode == 2 and "results.h5" in outcome.stderr, outcome.stderr
    outcome = run("schedule", folder / "nowhere")
    assert outcome.returncode == 2 and "there is no" in outcome.stderr, outcome.stderr
    # Two panels with different methods; two variants of one; one seed; a cell that did not finish.
    with h5py.File(folder / "results.h5", "w") as file:
        for task, metric, rows, mean, deviation in [
                ("one", "top1_accuracy",
                 [(b"w4a4", b"nearest", b""), (b"w4a4", b"qdrop", b"drop=0.25"), (b"w4a4", b"qdrop", b"drop=0.5"),
                  (b"w2a2", b"nearest", b"")],
                 [[91.0], [92.0], [93.0], [50.0]], [[1.5], [0.5], [0.25], [numpy.nan]]),
                ("two", "f1", [(b"w4a4", b"brecq", b""), (b"w2a2", b"brecq", b"")], [[80.0], [numpy.nan]],
                 [[2.0], [numpy.nan]])]:
            table = file.create_group(f"tables/{task}")
            table.attrs["dataset"], table.attrs["metric_name"] = task, metric
            table["rows"] = numpy.array(rows, dtype=[("bits", "S4"), ("method", "S8"), ("variant", "S16")])
            table["models"] = numpy.array([b"bert"])
            table["mean"], table["standard_deviation"] = mean, deviation
            table["full_precision"] = [95.0]
    one, two = plot_results.accuracy_panels(h5py, folder)
    assert one["metric"] == "top1 accuracy" and two["metric"] == "f1", (one, two)
    assert one["title"] == "bert, one" and one["full_precision"] == 95, one
    assert list(one["lines"]) == ["nearest", "qdrop drop=0.25", "qdrop drop=0.5"], one
    assert one["lines"]["qdrop drop=0.25"] == [("w4a4", 92.0, 0.5)], one
    (bits, mean, deviation) = one["lines"]["nearest"][1]
    assert (bits, mean) == ("w2a2", 50.0) and numpy.isnan(deviation), "one seed has no deviation"
    assert two["lines"] == {"brecq": [("w4a4", 80.0, 2.0)]}, two
    for kind, start in [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]:
        outcome = run("accuracy", folder, "--output", folder / f"accuracy.{kind}")
        assert outcome.returncode == 0, outcome.stderr
        assert (folder / f"accuracy.{kind}").read_bytes().startswith(start), kind
print("ok")
