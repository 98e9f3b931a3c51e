#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/helpers/files.h"

namespace ptqbench {

/// A part of what make_references.py wrote.
inline nlohmann::json references(const std::string& part) {
  return nlohmann::json::parse(
             testing::read_bytes(PTQBENCH_SOURCE_DIR "/tests/tasks/metrics/data/references.json"))
      .at(part);
}

/// The metrics here are sums of a hundred numbers of ordinary size in double precision, in percent.
constexpr double kMetricTolerance = 1e-10;

}  // namespace ptqbench
