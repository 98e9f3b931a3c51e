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
    # Two seeds, one seed, and one that failed.
    kinds = [("dataset", "S4"), ("model", "S4"), ("method", "S8"), ("bits", "S4"), ("metric", "f8"), ("status", "S8"),
             ("full_precision_metric", "f8"), ("metric_name", "S16")]
    with h5py.File(folder / "results.h5", "w") as file:
        file["cells"] = numpy.array(
            [(b"d", b"m", method, bits, metric, status, 95.0, b"top1_accuracy")
             for method, bits, metric, status in [
                 (b"nearest", b"w4a4", 90.0, b"finished"), (b"nearest", b"w4a4", 92.0, b"finished"),
                 (b"nearest", b"w2a2", 50.0, b"finished"), (b"qdrop", b"w2a2", 70.0, b"failed")]], dtype=kinds)
    points = plot_results.accuracy_points(plot_results.read_cells(h5py, folder))
    assert points == {("d", "m"): {"nearest": [("w4a4", 91.0, 2 ** 0.5), ("w2a2", 50.0, 0.0)]}}, points
    for kind, start in [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]:
        outcome = run("accuracy", folder, "--output", folder / f"accuracy.{kind}")
        assert outcome.returncode == 0, outcome.stderr
        assert (folder / f"accuracy.{kind}").read_bytes().startswith(start), kind
print("ok")
