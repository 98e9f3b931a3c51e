#include "results/manifest.h"

#include <fmt/format.h>

#include <type_traits>

#include "results/atomic_file.h"
#include "results/cell_columns.h"
#include "results/cell_layout.h"
#include "results/error.h"
#include "results/hdf5_file.h"
#include "results/hdf5_table.h"

namespace ptqbench {
namespace {

constexpr const char* kContent = "manifest";
constexpr const char* kTable = "cells";
constexpr const char* kReproduces = "reproduces";

}  // namespace

std::filesystem::path manifest_path(const std::filesystem::path& run_dir) {
  return run_dir / "manifest.h5";
}

void write_manifest(const std::filesystem::path& run_dir, const Manifest& manifest) {
  const auto path = manifest_path(run_dir);
  hdf5::MemoryFile file(path.string());
  {
    hdf5::Group root = file.root();
    write_format(root, kContent);
    hdf5::write_table(root, kTable, identity_columns(manifest.cells));
    root.write_strings(kReproduces, manifest.reproduces);
  }
  write_file_atomically(path, file.finish());
}

Manifest read_manifest(const std::filesystem::path& run_dir) {
  const auto path = manifest_path(run_dir);
  const hdf5::Group root = hdf5::InputFile(path).root();
  check_format(root, kContent);
  const hdf5::Table table = hdf5::read_table(root, kTable);
  Manifest manifest;
  auto& cells = manifest.cells;
  cells.resize(table.rows());
  const auto fill = [&](const char* name, auto member) {
    using T = std::decay_t<decltype(CellRecord().*member)>;
    const auto& values = table.column<T>(name);
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].*member = values[i];
  };
  fill("fingerprint", &CellRecord::fingerprint);
  fill("task", &CellRecord::task);
  fill("dataset", &CellRecord::dataset);
  fill("model", &CellRecord::model);
  const auto fill_bits = [&](const char* name, int64_t CellBits::*member) {
    const auto& values = table.column<int64_t>(name);
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].bits.*member = values[i];
  };
  fill_bits("weight_bits", &CellBits::weights);
  fill_bits("activation_bits", &CellBits::activations);
  if (table.has_column("embedding_bits")) fill_bits("embedding_bits", &CellBits::embeddings);
  fill("method", &CellRecord::method);
  fill("seed", &CellRecord::seed);
  // Earlier programs wrote neither these columns nor the list, nor the bits of embeddings.
  if (table.has_column("registered_model")) {
    fill("registered_model", &CellRecord::registered_model);
    fill("registered_method", &CellRecord::registered_method);
  }
  if (root.contains(kReproduces)) manifest.reproduces = root.read_strings(kReproduces);
  for (CellRecord& cell : cells) {
    // Fingerprints become file names.
    if (!is_fingerprint(cell.fingerprint)) {
      throw ResultsError(
          fmt::format("{}: '{}' is no fingerprint", path.string(), cell.fingerprint));
    }
    cell.status = CellStatus::kMissing;
  }
  return manifest;
}

}  // namespace ptqbench
