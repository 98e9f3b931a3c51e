#include "harness/shown/describe.h"

#include <fmt/format.h>

#include <set>

#include "harness/plan/available_sweep.h"
#include "harness/plan/plan.h"
#include "methods/nn/bit_policy.h"
#include "methods/recipes/registry.h"
#include "results/cells/cell_record.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

std::string bits_text(int bits) { return bits == kNotQuantized ? "fp" : std::to_string(bits); }

const char* activations_text(QuantizedPass::Activations activations) {
  return activations == QuantizedPass::Activations::kQuantized ? "quantized" : "full precision";
}

std::string phase_text(const Phase& phase) {
  std::string learned = phase.learn_rounding ? "rounding" : "";
  if (phase.learn_steps) learned += learned.empty() ? "activation steps" : " and activation steps";
  auto text = fmt::format(
      "  phase '{}': learns {}, {} iterations, L{} loss; activations before the unit {}, in it {}",
      phase.name, learned, phase.iterations, phase.norm, activations_text(phase.preceding),
      activations_text(phase.inside));
  if (phase.drop_probability > 0)
    text += fmt::format(", dropped with probability {}", phase.drop_probability);
  return text + "\n";
}

std::string header(const Cell& cell, const Recipe& recipe) {
  auto text = fmt::format("{} {} {} {}\n", cell.task.dataset.name, cell.model_label,
                          cell.bits.name(), cell.method_label);
  text += fmt::format("  units: {}; first/last policy: {}\n",
                      recipe.granularity == Granularity::kLayer ? "layers" : "blocks",
                      cell.settings.first_last);
  text +=
      fmt::format("  weight ranges: {} of the folded weights, {}, {}\n", cell.settings.weight_range,
                  cell.settings.weight_per_channel ? "per output channel" : "per tensor",
                  cell.settings.weight_symmetric ? "symmetric" : "asymmetric");
  text +=
      fmt::format("  activation ranges: {} on {} samples through the {} network, per tensor, {}\n",
                  cell.settings.activation_range, cell.settings.range_samples,
                  recipe.activation_ranges == RangeSource::kFullPrecision ? "full-precision"
                                                                          : "weight-quantized",
                  cell.settings.activation_symmetric ? "symmetric" : "asymmetric");
  if (recipe.phases.empty()) text += "  nothing is learned: weights are rounded to nearest\n";
  for (const auto& phase : recipe.phases) text += phase_text(phase);
  return text;
}

std::string layer_rows(const UnitGraph& model, const Unit& unit) {
  std::string text;
  for (size_t n = unit.first; n < unit.last; ++n) {
    const Node& node = model.nodes()[n];
    const auto weights = node.layer->weight_sites();
    const auto activations = node.layer->activation_sites();
    std::string output = "-";
    if (!activations.empty() && activations[0]->quantizable)
      output = bits_text(activations[0]->bits);
    text += fmt::format("  {:<20} {:<24} {:<20} {:>7} {:>11}\n", unit.has_weights ? unit.name : "-",
                        node.name, node.layer->kind(),
                        weights.empty() ? "-" : bits_text(weights[0]->bits), output);
  }
  return text;
}

std::string describe_cell(const Cell& cell, const Task& task) {
  const auto recipe = make_recipe(cell.method, cell.settings);
  auto model = task.make_model(model_spec(cell));
  assign_bits(model, cell.bits, {cell.settings.first_last, cell.settings.quantize_heads});
  auto text = header(cell, recipe);
  text += fmt::format("  {:<20} {:<24} {:<20} {:>7} {:>11}\n", "unit", "layer", "kind", "weights",
                      "output");
  for (const Unit& unit : model.units(recipe.granularity)) text += layer_rows(model, unit);
  return text + "\n";
}

}  // namespace

std::string describe_sweep(const std::filesystem::path& config, const std::vector<std::string>& set,
                           const std::string& filter) {
  auto [sweep, tasks, missing] = load_available_sweep(config, set);
  std::string text;
  std::set<std::string> described;
  for (const Cell& cell : select_cells(expand(sweep), filter)) {
    // Seeds of one kind of cell look alike unless an override tells them apart.
    const auto description = describe_cell(cell, tasks.open(cell.task));
    if (described.insert(description).second) text += description;
  }
  if (!missing.empty())
    text += "missing, but not needed for this:\n  " + join(missing, "\n  ") + "\n";
  return text;
}

}  // namespace ptqbench
