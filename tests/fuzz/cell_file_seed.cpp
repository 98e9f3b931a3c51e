#include "results/files/cell_file.h"
#include "tests/results/sample_cells.h"

/// cell_file_seed FOLDER: writes cell files there.
int main(int argc, char** argv) {
  using namespace ptqbench;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  write_cell_file(folder / "full.h5", full_cell());
  write_cell_file(folder / "simple.h5", simple_cell('a', "resnet20", 2, 4, "qdrop", 1, 91.5));
  write_cell_file(folder / "failed.h5", failed_cell('b', "resnet20", 2, 4, "qdrop", 2));
}
