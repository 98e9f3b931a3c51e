#include "methods/reconstruction/engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "methods/kernels/activation_quant.h"
#include "methods/kernels/gather.h"
#include "methods/kernels/reconstruction_loss.h"
#include "methods/nn/positions.h"
#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"
#include "methods/reconstruction/rounding_variable.h"
#include "support/error.h"

namespace ptqbench {
namespace {

/// At most about so many points of a loss curve are kept.
constexpr int64_t kCurvePoints = 200;

/// Step (and zero point) of one activation quantizer under optimisation.
struct StepVariable {
  ActivationSite* site;
  LearnedQuantizer quantizer;
  Adam scale_adam;
  Adam zero_point_adam;
  /// Its number for the random source.
  int64_t place;
  /// The output of the unit that this activation is, if its loss can be computed here.
  std::optional<size_t> output;
};

/// The mini-batch of one iteration, and the part of it that this process computes.
struct MiniBatch {
  int64_t t = 0;
  /// Calibration samples, by slot.
  std::vector<int64_t> samples;
  /// Slots whose samples are held here, and the rows of the streams where these are.
  std::vector<int64_t> slots;
  std::vector<int64_t> rows;

  MiniBatch(int64_t iteration, std::vector<int64_t> drawn, const SampleShare& share)
      : t(iteration), samples(std::move(drawn)) {
    for (size_t slot = 0; slot < samples.size(); ++slot) {
      if (samples[slot] < share.first || samples[slot] >= share.last) continue;
      slots.push_back(static_cast<int64_t>(slot));
      rows.push_back(samples[slot] - share.first);
    }
  }

  /// The part of the samples that is computed here.
  double fraction() const {
    return static_cast<double>(slots.size()) / static_cast<double>(samples.size());
  }
};

/// The inputs of the part computed here, with elements dropped to full precision where the phase
/// says so. Streams may lie elsewhere than the model: the batch goes to `device`.
Tensors batch_inputs(const UnitData& data, const Phase& phase, const MiniBatch& batch,
                     RandomSource& random, const at::Device& device) {
  Tensors inputs;
  for (size_t i = 0; i < data.quantized_inputs.size(); ++i) {
    const auto& quantized = data.quantized_inputs[i];
    if (phase.drop_probability == 0 || !quantized.is_floating_point()) {
      inputs.push_back(gather({quantized, batch.rows}));
      continue;
    }
    const auto keep = random.keep_mask(batch.t, static_cast<int64_t>(i), phase.drop_probability,
                                       batch.slots, quantized.numel() / quantized.size(0));
    inputs.push_back(gather_mix(quantized, data.full_precision_inputs[i], batch.rows, keep));
  }
  return on_device(inputs, device);
}

}  // namespace

/// Soft weights, learned steps and drop masks of the unit under reconstruction. Where the unit ends
/// in a learned activation it computes the loss there at once: what the graph returns for that
/// output is then its loss.
class UnitReconstruction::LearningPass : public Pass {
 public:
  LearningPass(const UnitGraph& model, const Unit& unit, const UnitData& data, const Phase& phase,
               const MethodSettings& settings, RandomSource& random)
      : data_(data), phase_(phase), settings_(settings), random_(random), device_(model.device()) {
    if (phase.learn_rounding) {
      for (WeightSite* site : weight_sites(model, unit)) {
        if (!site->quantizer) continue;
        weight_index_[site] = roundings_.size();
        roundings_.push_back(std::make_unique<RoundingVariable>(*site));
      }
    }
    int64_t place = static_cast<int64_t>(unit.inputs.size());
    for (ActivationSite* site : activation_sites(model, unit)) {
      if (!site->quantizer || phase.inside == QuantizedPass::Activations::kFullPrecision) continue;
      LearnedQuantizer learned{site->quantizer->scale.clone(), site->quantizer->zero_point.clone(),
                               site->quantizer->range};
      learned.scale.requires_grad_(phase.learn_steps);
      learned.zero_point.requires_grad_(phase.learn_steps &&
                                        settings.activation_quantizer == "lsq_plus");
      step_index_[site] = steps_.size();
      steps_.push_back({site, learned, Adam(learned.scale.detach()),
                        Adam(learned.zero_point.detach()), place++, std::nullopt});
    }
    find_losses(model, unit);
  }

  bool learns() const { return !roundings_.empty() || (phase_.learn_steps && !steps_.empty()); }

  void begin(const MiniBatch& batch) {
    batch_ = &batch;
    if (!data_.position_mask.defined()) return;
    const auto whole = gather({data_.position_mask, batch.samples});
    batch_mask_ = gather({whole, batch.slots}).to(device_);
    real_fraction_ = batch_mask_.sum().item<double>() / whole.sum().item<double>();
  }

  at::Tensor weight(const WeightSite& site) override {
    const auto found = weight_index_.find(&site);
    if (found != weight_index_.end()) return roundings_[found->second]->soft();
    return site.quantized.defined() ? site.quantized : site.value;
  }

  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    const auto found = step_index_.find(&site);
    if (found == step_index_.end()) return activate(terms, site.nonlinearity);
    const StepVariable& variable = steps_[found->second];
    at::Tensor keep;
    if (phase_.drop_probability > 0) {
      keep = random_.keep_mask(batch_->t, variable.place, phase_.drop_probability, batch_->slots,
                               terms.x.numel() / terms.x.size(0));
    }
    if (!variable.output)
      return activate_and_quantize(terms, site.nonlinearity, variable.quantizer, keep);
    return activation_loss(terms, site.nonlinearity, variable.quantizer, keep,
                           {data_.targets[*variable.output], batch_->rows}, phase_.norm);
  }

  /// The loss of the unit's outputs as forward() returned them, a scalar: the addend of the part
  /// computed here to the mean over the whole mini-batch.
  at::Tensor loss(const Tensors& outputs) const {
    at::Tensor total;
    for (size_t i = 0; i < outputs.size(); ++i) {
      auto part =
          ends_in_loss_.count(i) != 0 ? outputs[i] : output_loss(outputs[i], data_.targets[i]);
      const double fraction = masked(outputs[i]) ? real_fraction_ : batch_->fraction();
      if (fraction != 1) part = part * fraction;
      total = total.defined() ? total + part : part;
    }
    return total;
  }

  /// Adds up over the group what one iteration has computed: the gradients and `loss`.
  void share(double& loss, DeviceGroup& group) {
    if (group.size() == 1) return;
    Tensors sums;
    for (const auto& variable : roundings_) sums.push_back(gradient(variable->soft()));
    if (phase_.learn_steps) {
      // LSQ scales the gradient by the size of what was quantized (scale_gradient), which is the
      // whole mini-batch.
      const double factor = std::sqrt(batch_->fraction());
      for (const StepVariable& variable : steps_) {
        for (const auto* learned : {&variable.quantizer.scale, &variable.quantizer.zero_point}) {
          if (learned->requires_grad()) sums.push_back(gradient(*learned).mul_(factor));
        }
      }
    }
    const auto whole_loss = at::scalar_tensor(loss, at::dtype(at::kDouble).device(group.device()));
    sums.push_back(whole_loss);
    group.sum(sums);
    loss = whole_loss.item<double>();
  }

  /// Updates every variable from its gradient; returns the regulariser's value.
  double step() {
    const int64_t count = batch_->t + 1;
    RoundingVariable::Regulariser regulariser;
    regulariser.beta = regulariser_exponent(count, phase_.iterations, settings_.warm_up,
                                            settings_.beta_start, settings_.beta_end);
    if (static_cast<double>(count) >= settings_.warm_up * static_cast<double>(phase_.iterations))
      regulariser.weight = settings_.round_weight;
    double rounding_loss = 0;
    for (const auto& variable : roundings_)
      rounding_loss += variable->step(regulariser, settings_.rounding_lr);
    if (phase_.learn_steps)
      step_quantizers(cosine_decay(phase_.step_lr, batch_->t, phase_.iterations));
    return rounding_loss;
  }

  /// Leaves what was learned in the model's sites.
  void finish() {
    for (const auto& variable : roundings_) variable->finish();
    if (!phase_.learn_steps) return;
    for (auto& variable : steps_) {
      variable.site->quantizer->scale = variable.quantizer.scale.detach();
      variable.site->quantizer->zero_point = at::round(variable.quantizer.zero_point.detach());
    }
  }

  std::vector<NamedTensor> state() const {
    std::vector<NamedTensor> all;
    for (const auto& variable : roundings_) variable->append_state(all);
    for (const auto& variable : steps_) {
      const auto& name = variable.site->name;
      all.push_back({name + ".scale", variable.quantizer.scale.detach()});
      all.push_back({name + ".scale.first_moment", variable.scale_adam.first_moment()});
      all.push_back({name + ".scale.second_moment", variable.scale_adam.second_moment()});
      all.push_back({name + ".zero_point", variable.quantizer.zero_point.detach()});
      all.push_back({name + ".zero_point.first_moment", variable.zero_point_adam.first_moment()});
      all.push_back({name + ".zero_point.second_moment", variable.zero_point_adam.second_moment()});
    }
    return all;
  }

  void restore(const std::vector<NamedTensor>& saved) {
    const torch::NoGradGuard no_grad;
    std::map<std::string, at::Tensor> own;
    for (const auto& [name, value] : state()) own[name] = value;
    for (const auto& [name, value] : saved) {
      const auto found = own.find(name);
      if (found == own.end() || found->second.sizes() != value.sizes())
        throw Error(fmt::format("'{}' of shape {} is no variable of this unit", name,
                                fmt::join(value.sizes().vec(), " x ")));
      found->second.copy_(value);
    }
    for (const auto& variable : roundings_) variable->refresh();
  }

 private:
  /// Whether the loss of such an output leaves out positions.
  bool masked(const at::Tensor& output) const { return batch_mask_.defined() && output.dim() >= 3; }

  /// What an iteration has left there; zeros where no sample of the mini-batch was computed.
  static at::Tensor gradient(const at::Tensor& learned) {
    if (!learned.grad().defined()) learned.mutable_grad() = at::zeros_like(learned.detach());
    return learned.grad();
  }

  at::Tensor output_loss(const at::Tensor& output, const at::Tensor& targets) const {
    if (!masked(output)) return reconstruction_loss(output, {targets, batch_->rows}, phase_.norm);
    const auto target = real_positions(gather({targets, batch_->rows}).to(device_), batch_mask_);
    return reconstruction_loss(real_positions(output, batch_mask_), target, phase_.norm);
  }

  /// Steps whose activation is an output of the unit that nothing else in it reads. Where positions
  /// are masked the loss picks them from the whole output instead.
  void find_losses(const UnitGraph& model, const Unit& unit) {
    if (data_.position_mask.defined()) return;
    std::set<ValueId> read_inside;
    for (size_t n = unit.first; n < unit.last; ++n)
      read_inside.insert(model.nodes()[n].inputs.begin(), model.nodes()[n].inputs.end());
    for (size_t n = unit.first; n < unit.last; ++n) {
      const Node& node = model.nodes()[n];
      const auto sites = node.layer->activation_sites();
      const auto output = std::find(unit.outputs.begin(), unit.outputs.end(), node.outputs.front());
      // What several outputs share is an activation inside of the layer.
      const bool at_the_end = sites.size() == 1 && node.outputs.size() == 1;
      if (!at_the_end || output == unit.outputs.end()) continue;
      const auto step = step_index_.find(sites.front());
      if (step == step_index_.end() || read_inside.count(*output) != 0) continue;
      const auto number = static_cast<size_t>(output - unit.outputs.begin());
      steps_[step->second].output = number;
      ends_in_loss_.insert(number);
    }
  }

  void step_quantizers(double learning_rate) {
    for (StepVariable& variable : steps_) {
      auto scale = variable.quantizer.scale.detach();
      variable.scale_adam.step(scale, variable.quantizer.scale.grad(), learning_rate);
      scale.abs_().clamp_min_(kSmallestScale);
      variable.quantizer.scale.mutable_grad() = at::Tensor();
      if (!variable.quantizer.zero_point.requires_grad()) continue;
      auto zero_point = variable.quantizer.zero_point.detach();
      variable.zero_point_adam.step(zero_point, variable.quantizer.zero_point.grad(),
                                    learning_rate);
      zero_point.clamp_(variable.quantizer.range.minimum, variable.quantizer.range.maximum);
      variable.quantizer.zero_point.mutable_grad() = at::Tensor();
    }
  }

  const UnitData& data_;
  const Phase& phase_;
  const MethodSettings& settings_;
  RandomSource& random_;
  at::Device device_;
  const MiniBatch* batch_ = nullptr;
  /// Of the part computed here, [B, L], and its part of the real positions of the whole mini-batch;
  /// undefined without a mask.
  at::Tensor batch_mask_;
  double real_fraction_ = 1;
  /// In the order of execution, so that sums and updates do not depend on addresses.
  std::vector<std::unique_ptr<RoundingVariable>> roundings_;
  std::vector<StepVariable> steps_;
  std::map<const WeightSite*, size_t> weight_index_;
  std::map<const ActivationSite*, size_t> step_index_;
  /// Outputs of the unit that arrive as losses.
  std::set<size_t> ends_in_loss_;
};

UnitReconstruction::UnitReconstruction(const UnitGraph& model, const Unit& unit,
                                       const UnitData& data, const Phase& phase,
                                       const MethodSettings& settings, RandomSource& random,
                                       DeviceGroup& group)
    : model_(model),
      unit_(unit),
      data_(data),
      phase_(phase),
      settings_(settings),
      random_(random),
      group_(group),
      pass_(std::make_unique<LearningPass>(model, unit, data, phase, settings, random)) {}

UnitReconstruction::~UnitReconstruction() = default;

bool UnitReconstruction::learns() const { return pass_->learns(); }

IterationLoss UnitReconstruction::iterate(int64_t t) {
  const MiniBatch batch(t, random_.batch(t, settings_.batch_size, data_.share.total), data_.share);
  pass_->begin(batch);
  IterationLoss losses;
  if (!batch.slots.empty()) {
    const auto inputs = batch_inputs(data_, phase_, batch, random_, model_.device());
    const auto loss = pass_->loss(model_.forward(unit_, inputs, *pass_));
    losses.reconstruction = loss.item<double>();
    loss.backward();
  }
  pass_->share(losses.reconstruction, group_);
  if (!std::isfinite(losses.reconstruction)) {
    throw Error(fmt::format("reconstruction of unit '{}': the loss is not finite at iteration {}",
                            unit_.name, t));
  }
  losses.rounding = pass_->step();
  return losses;
}

void UnitReconstruction::finish() { pass_->finish(); }

std::vector<NamedTensor> UnitReconstruction::state() const { return pass_->state(); }

void UnitReconstruction::restore(const std::vector<NamedTensor>& state) { pass_->restore(state); }

LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings, RandomSource& random,
                           DeviceGroup& group) {
  LossCurve curve;
  UnitReconstruction reconstruction(model, unit, data, phase, settings, random, group);
  if (!reconstruction.learns()) return curve;
  const int64_t stride = std::max<int64_t>(1, phase.iterations / kCurvePoints);
  for (int64_t t = 0; t < phase.iterations; ++t) {
    const auto losses = reconstruction.iterate(t);
    if (t % stride == 0 || t + 1 == phase.iterations) {
      curve.iteration.push_back(t);
      curve.reconstruction.push_back(losses.reconstruction);
      curve.rounding.push_back(losses.rounding);
    }
  }
  reconstruction.finish();
  return curve;
}

}  // namespace ptqbench
