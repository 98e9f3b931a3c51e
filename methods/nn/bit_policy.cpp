#include "methods/nn/bit_policy.h"

#include <algorithm>

#include "methods/quantizer/affine.h"
#include "methods/support/error.h"
#include "methods/support/nearest_name.h"

namespace ptqbench {
namespace {

constexpr int kFullPrecisionBits = 32;
constexpr int kFirstLastBits = 8;

int checked(int64_t bits) {
  const int value = static_cast<int>(bits);
  if (value != kFullPrecisionBits) integer_range(value, /*symmetric=*/false);
  return value;
}

void check_policy(const std::string& policy) {
  if (policy == "qdrop" || policy == "brecq" || policy == "none") return;
  throw ConfigError("unknown first/last-layer policy '" + policy + "'" +
                    valid_names_hint(policy, {"qdrop", "brecq", "none"}));
}

std::vector<ActivationSite*> quantizable_activations(const UnitGraph& graph) {
  auto sites = graph.activation_sites();
  sites.erase(std::remove_if(sites.begin(), sites.end(),
                             [](const ActivationSite* site) { return !site->quantizable; }),
              sites.end());
  return sites;
}

template <class Sites>
void mark_ends(const Sites& sites) {
  if (sites.empty()) return;
  sites.front()->place = Place::kFirst;
  sites.back()->place = Place::kLast;
}

/// Whether the policy keeps the site at 8 bits.
bool is_exception(const WeightSite& site, const std::string& policy) {
  return policy != "none" && site.place != Place::kInner;
}

/// The last layer's output is not quantizable, so the last quantizer is the one in front of it.
bool is_exception(const ActivationSite& site, const std::string& policy) {
  return (policy != "none" && site.place == Place::kLast) ||
         (policy == "brecq" && site.place == Place::kFirst);
}

template <class Site>
void assign(Site& site, int bits, const std::string& policy) {
  site.bits = bits != kFullPrecisionBits && is_exception(site, policy) ? kFirstLastBits : bits;
}

}  // namespace

void mark_first_and_last(UnitGraph& graph) {
  mark_ends(graph.weight_sites());
  mark_ends(quantizable_activations(graph));
}

void assign_bits(UnitGraph& graph, const BitWidths& bits, const std::string& policy) {
  check_policy(policy);
  const int weights = checked(bits.weights);
  const int activations = checked(bits.activations);
  const int embeddings = bits.embeddings == 0 ? weights : checked(bits.embeddings);
  bool has_embeddings = false;
  for (WeightSite* site : graph.weight_sites()) {
    const bool embedding = site->role == WeightRole::kEmbedding;
    has_embeddings = has_embeddings || embedding;
    assign(*site, embedding ? embeddings : weights, policy);
  }
  if (bits.embeddings != 0 && !has_embeddings) {
    throw ConfigError("bits " + bits.name() + ": the model has no embedding tables; expected w" +
                      std::to_string(weights) + "a" + std::to_string(activations));
  }
  for (ActivationSite* site : quantizable_activations(graph)) assign(*site, activations, policy);
}

}  // namespace ptqbench
