#include "methods/nn/bit_policy.h"

#include "methods/quantizer/affine.h"
#include "methods/support/error.h"
#include "methods/support/nearest_name.h"

namespace ptqbench {
namespace {

constexpr int kFullPrecisionBits = 32;
constexpr int kFirstLastBits = 8;

void check_bits(int bits) {
  if (bits != kFullPrecisionBits) integer_range(bits, /*symmetric=*/false);
}

}  // namespace

void assign_bits(UnitGraph& graph, int weight_bits, int activation_bits,
                 const std::string& policy) {
  check_bits(weight_bits);
  check_bits(activation_bits);
  if (policy != "qdrop" && policy != "brecq" && policy != "none") {
    throw ConfigError("unknown first/last-layer policy '" + policy + "'" +
                      valid_names_hint(policy, {"qdrop", "brecq", "none"}));
  }
  const auto weights = graph.weight_sites();
  std::vector<ActivationSite*> activations;
  for (ActivationSite* site : graph.activation_sites()) {
    if (site->quantizable) activations.push_back(site);
  }
  for (WeightSite* site : weights) site->bits = weight_bits;
  for (ActivationSite* site : activations) site->bits = activation_bits;
  if (policy == "none") return;
  if (weight_bits != kFullPrecisionBits && !weights.empty()) {
    weights.front()->bits = kFirstLastBits;
    weights.back()->bits = kFirstLastBits;
  }
  if (activation_bits != kFullPrecisionBits && !activations.empty()) {
    // The last layer's output is not quantizable, so the last quantizer is the one in front of it.
    activations.back()->bits = kFirstLastBits;
    if (policy == "brecq") activations.front()->bits = kFirstLastBits;
  }
}

}  // namespace ptqbench
