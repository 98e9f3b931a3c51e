#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A map [N, channels, ceil(H / 2^level), ceil(W / 2^level)] of an image [N, 3, H, W].
struct FeatureMap {
  ValueId value = -1;
  int64_t channels = 0;
  int level = 0;
};

}  // namespace ptqbench
