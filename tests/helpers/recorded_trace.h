#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/reconstruction/random_source.h"
#include "methods/reconstruction/unit_data.h"
#include "tests/helpers/golden.h"

namespace ptqbench::testing {

/// The recorded mini-batches and drop masks of a trace. Masks may be fewer than iterations: they
/// are used again from the first on.
class Recording {
 public:
  explicit Recording(const GoldenGroup& golden);
  std::vector<int64_t> batch(int64_t t) const;
  /// bool [N, C, H, W].
  at::Tensor mask(int64_t t, int64_t place) const;

 private:
  at::Tensor idx_;
  std::vector<at::Tensor> masks_;
};

/// Replays a recording for data whose samples lie in memory in `layout`.
class RecordedSource : public RandomSource {
 public:
  RecordedSource(const GoldenGroup& golden, at::MemoryFormat layout);
  std::vector<int64_t> batch(int64_t t, int64_t count, int64_t population) override;
  at::Tensor keep_mask(int64_t t, int64_t place, double drop_probability,
                       const std::vector<int64_t>& slots, int64_t elements_per_slot) override;

 private:
  Recording recording_;
  at::MemoryFormat layout_;
};

/// The residual block of a recorded trace, with its weights and quantizers: conv1-relu-quantize,
/// conv2, plus identity or a strided 1 x 1 convolution, relu, quantize.
UnitGraph recorded_block(const GoldenGroup& golden);
MethodSettings recorded_settings(const GoldenGroup& golden);
Phase recorded_phase(const GoldenGroup& golden);
/// Samples laid out in `layout`.
UnitData recorded_data(const GoldenGroup& golden, at::MemoryFormat layout);

/// The group of the recorded reference of a weight ("conv1.weight" or "conv1") or activation site
/// ("conv1", "add").
GoldenGroup recorded_weight(const GoldenGroup& golden, const std::string& name);
GoldenGroup recorded_activation(const GoldenGroup& golden, const std::string& name);

}  // namespace ptqbench::testing
