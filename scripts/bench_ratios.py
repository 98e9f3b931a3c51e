#!/usr/bin/env python3
"""Prints the ratios between medians of one benchmark run as a Markdown table, and writes them as JSON.

usage: bench_ratios.py FOLDER    (kernels.json, units.json, encoder.json, ranges.json and cells.json of scripts/bench.sh)
"""
import json
import pathlib
import sys

SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def medians(path):
    """Name -> the median's row, its time in seconds under "seconds"."""
    rows = {}
    for row in json.loads(path.read_text())["benchmarks"]:
        if row.get("aggregate_name") == "median":
            row["seconds"] = row["real_time"] * SECONDS[row["time_unit"]]
            # Options such as "/iterations:1" are no part of what is measured.
            rows["/".join(p for p in row["run_name"].split("/") if ":" not in p and p != "real_time")] = row
    return rows


def ratios(folder):
    units, encoder, ranges, cells = (
        medians(folder / f"{name}.json") for name in ("units", "encoder", "ranges", "cells")
    )
    names = sorted(name.partition("/")[2] for name in units if name.startswith("iteration/"))
    # The classifiers have no convolution to compare with.
    for unit in (name for name in names if name not in ("linear", "resnet18.fc")):
        iteration, bare, composed = (
            units[f"{kind}/{unit}"]["seconds"] for kind in ("iteration", "convolutions", "composed")
        )
        yield f"{unit}: iteration / bare convolutions", iteration / bare
        yield f"{unit}: plain operators / iteration", composed / iteration
    for part in ("attention", "feed_forward"):
        iteration, products = (encoder[f"{kind}/{part}"]["seconds"] for kind in ("iteration", "products"))
        yield f"BERT-base {part}: iteration / bare matrix products", iteration / products
    yield "all ranges of ResNet-20 W4A4, seconds", ranges["resnet20_w4a4_all"]["seconds"]
    yield "all weight ranges of ResNet-20 at 8 bits, seconds", ranges["resnet20_w8_weights"]["seconds"]
    evaluate = {p: cells[f"evaluate/{p}"]["seconds"] for p in ("quantized", "full_precision")}
    yield "evaluation, quantized / full precision", evaluate["quantized"] / evaluate["full_precision"]
    yield "streams, resnet56 / resnet20", cells["streams/resnet56"]["seconds"] / cells["streams/resnet20"]["seconds"]
    cell = cells["cell/qdrop_w4a4_resnet20"]
    yield "QDrop W4A4 cell, 1,000 iterations, seconds", cell["seconds"]
    for stage in ("reconstruction", "streams", "unit_errors", "activation_ranges", "weight_ranges"):
        yield f"of it {stage}", cell[stage] / cell["seconds"]
    yield "equal cells, two ranks / one", cells["equal_cells/ranks2"]["seconds"] / cells["equal_cells/ranks1"]["seconds"]


def main():
    folder = pathlib.Path(sys.argv[1])
    found = dict(ratios(folder))
    (folder / "ratios.json").write_text(json.dumps(found, indent=2) + "\n")
    print("\n| what | measured |\n|---|---:|")
    for what, value in found.items():
        print(f"| {what} | {value:.3g} |")


if __name__ == "__main__":
    main()
