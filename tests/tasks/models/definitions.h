#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench::testing {

/// Other people's definition of an architecture, a group of tests/golden/models.h5.
struct Definition {
  /// "brecq_zoo/resnet18"
  std::string golden;
  /// What the registry calls the model.
  std::string model;
};

const std::vector<Definition>& all_definitions();

/// The definition's name, fit for a test's.
std::string test_name(const Definition& definition);

/// Names and shapes of all parameters and buffers, in the order and under the names of the
/// definition; the counters of batch norm have no dimensions.
std::vector<std::pair<std::string, std::vector<int64_t>>> parameters_of(const std::string& golden);
/// The same of a group of another file.
std::vector<std::pair<std::string, std::vector<int64_t>>> parameters_of(const std::string& file,
                                                                        const std::string& group);

/// The definition's logits for the generated "input" [2, 3, 64, 64] and generated parameters.
at::Tensor logits_of(const std::string& golden);

/// Parameters and buffers of a model.
std::vector<NamedTensor> all_tensors(const UnitGraph& model);

}  // namespace ptqbench::testing
