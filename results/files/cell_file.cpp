#include "results/files/cell_file.h"

#include "results/files/cell_layout.h"
#include "results/hdf5/hdf5_file.h"
#include "support/atomic_file.h"

namespace ptqbench {
namespace {

constexpr const char* kContent = "cell";

}  // namespace

void write_cell_file(const std::filesystem::path& path, const CellRecord& record) {
  hdf5::MemoryFile file(path.string());
  {
    hdf5::Group root = file.root();
    write_format(root, kContent);
    write_cell(root, record);
  }
  write_file_atomically(path, file.finish());
}

CellRecord read_cell_file(const std::filesystem::path& path) {
  const hdf5::Group root = hdf5::InputFile(path).root();
  check_format(root, kContent);
  return read_cell(root);
}

CellRecord read_cell_file_summary(const std::filesystem::path& path) {
  const hdf5::Group root = hdf5::InputFile(path).root();
  check_format(root, kContent);
  return read_cell_summary(root);
}

CellFileHead read_cell_file_head(const std::filesystem::path& path) {
  const hdf5::Group root = hdf5::InputFile(path).root();
  check_format(root, kContent);
  CellFileHead head;
  head.fingerprint = read_attribute_as<std::string>(root, "fingerprint");
  head.status = read_cell_status(root);
  head.attempt = read_attribute_as<int64_t>(root, "attempt");
  return head;
}

}  // namespace ptqbench
