#include "results/files/manifest.h"

#include "results/files/cell_columns.h"
#include "results/files/cell_layout.h"
#include "results/hdf5/hdf5_file.h"
#include "results/hdf5/hdf5_table.h"
#include "support/atomic_file.h"

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
  manifest.cells = identity_records(table, path.string());
  // Earlier programs wrote no list.
  if (root.contains(kReproduces)) manifest.reproduces = root.read_strings(kReproduces);
  return manifest;
}

}  // namespace ptqbench
