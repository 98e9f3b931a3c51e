#pragma once

#include <string>
#include <vector>

#include "tasks/models/feature_map.h"

namespace ptqbench {

/// What a feature pyramid has beyond the levels of its backbone.
enum class ExtraLevels {
  kNone,
  /// Every second position of the coarsest level.
  kMaxPool,
  /// Two more convolutions with stride 2 (Lin et al. 2017, arXiv:1708.02002, section 4).
  kTwoConvs,
};

struct FpnShape {
  int64_t channels = 256;
  ExtraLevels extra = ExtraLevels::kNone;
};

/// Appends a feature pyramid network (Lin et al. 2017, arXiv:1612.03144) on `maps` (finest first),
/// parameters named with `prefix` as torchvision names them. Returns the levels, finest first, of
/// `channels` channels each. Every layer stands alone, so that the neck is reconstructed layer by
/// layer under every method.
///
/// Quantizers stand where the official QDrop code for detectors puts them: behind the lateral
/// convolutions. The sums and what goes to the heads are marked as theirs (bit_policy.h): they are
/// quantized only if the heads are.
std::vector<FeatureMap> add_fpn(UnitGraph& graph, const std::string& prefix,
                                const std::vector<FeatureMap>& maps, const FpnShape& shape);

}  // namespace ptqbench
