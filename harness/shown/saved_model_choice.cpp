#include "harness/shown/saved_model_choice.h"

#include <fmt/format.h>

#include "harness/cells/run_directory.h"
#include "harness/shown/cell_choice.h"
#include "results/files/manifest.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {

std::filesystem::path chosen_model_file(const std::filesystem::path& path,
                                        const std::vector<std::string>& words) {
  std::error_code ignored;
  const bool is_run = std::filesystem::is_directory(path, ignored);
  if (!is_run && !words.empty())
    throw ConfigError(path.string() + " is no run directory, so no cell can be named");
  if (!is_run) return path;
  require_run_directory(path);
  const auto cell = choose_cell(read_manifest(path).cells, join(words, " "));
  const auto file = model_file(path, cell.fingerprint);
  if (!std::filesystem::exists(file, ignored)) {
    throw IoError(
        fmt::format("{}: the model of {} {} {} seed {} was not saved; `ptqbench run ... "
                    "--save-models` does that",
                    path.string(), cell.model, bits_label(cell.bits), cell.method, cell.seed));
  }
  return file;
}

}  // namespace ptqbench
