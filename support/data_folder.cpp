#include "support/data_folder.h"

#include <cstdlib>
#include <filesystem>

namespace ptqbench {

std::string data_folder(const std::string& name, const std::string& system_folder) {
  const char* brought = std::getenv("PTQBENCH_DATA");
  if (brought == nullptr || *brought == '\0') return system_folder;
  const auto folder = std::filesystem::path(brought) / name;
  // A folder may hold some of the data sets only.
  return std::filesystem::exists(folder) ? folder.string() : system_folder;
}

}  // namespace ptqbench
