#include "tasks/data/decode_warnings.h"

#include <fmt/format.h>

namespace ptqbench {

void DecodeWarnings::add(const std::string& file, const std::string& warning) {
  const std::lock_guard lock(mutex_);
  by_file_.emplace(file, warning);
}

int64_t DecodeWarnings::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(by_file_.size());
}

std::string DecodeWarnings::sentence() const {
  const std::lock_guard lock(mutex_);
  if (by_file_.empty()) return "";
  const auto& [file, warning] = *by_file_.begin();
  return fmt::format("{} picture{} decoded with a warning, the first '{}': {}", by_file_.size(),
                     by_file_.size() == 1 ? "" : "s", file, warning);
}

}  // namespace ptqbench
