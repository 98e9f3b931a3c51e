#pragma once

#include <cstdint>
#include <optional>

#include "tasks/data/dataset.h"

namespace ptqbench {

/// What is known of a data set without its files.
struct DatasetShape {
  /// Pixels of a sample, [3, height, width].
  int64_t height = 0;
  int64_t width = 0;
  int64_t classes = 0;
  /// 0: unknown.
  int64_t calibration_samples = 0;
  int64_t evaluation_samples = 0;
};

/// The shape of the data that the options describe; none where only the files tell: those of an
/// image folder without crop or classes.
std::optional<DatasetShape> known_shape(const DatasetOptions& options);

}  // namespace ptqbench
