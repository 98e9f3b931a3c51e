#include "methods/nn/bit_policy.h"

#include <algorithm>

#include "methods/quantizer/affine.h"
#include "support/error.h"
#include "support/nearest_name.h"

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
void mark_front(const Sites& sites) {
  if (!sites.empty()) sites.front()->place = Place::kFirst;
}

template <class Sites>
void mark_back(const Sites& sites) {
  if (!sites.empty()) sites.back()->place = Place::kLast;
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
void assign(Site& site, int bits, const BitPolicy& policy) {
  if (site.head && !policy.quantize_heads) bits = kFullPrecisionBits;
  site.bits =
      bits != kFullPrecisionBits && is_exception(site, policy.first_last) ? kFirstLastBits : bits;
}

}  // namespace

void mark_first_and_last(UnitGraph& graph) {
  mark_first(graph);
  mark_back(graph.weight_sites());
  mark_back(quantizable_activations(graph));
}

void mark_first(UnitGraph& graph) {
  mark_front(graph.weight_sites());
  mark_front(quantizable_activations(graph));
}

void mark_last(Layer& layer, Layer& before) {
  for (WeightSite* site : layer.weight_sites()) site->place = Place::kLast;
  for (ActivationSite* site : before.activation_sites()) site->place = Place::kLast;
}

void mark_head_activations(Layer& layer) {
  for (ActivationSite* site : layer.activation_sites()) site->head = true;
}

void mark_head(UnitGraph& graph, size_t first_node) {
  for (size_t n = first_node; n < graph.nodes().size(); ++n) {
    Layer& layer = *graph.nodes()[n].layer;
    mark_head_activations(layer);
    for (WeightSite* site : layer.weight_sites()) site->head = true;
  }
}

void assign_bits(UnitGraph& graph, const BitWidths& bits, const BitPolicy& policy) {
  check_policy(policy.first_last);
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
