#include "methods/reconstruction/engine.h"

#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
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
#include "methods/reconstruction/drop_masks.h"
#include "methods/reconstruction/iteration_plan.h"
#include "methods/reconstruction/rounding_variable.h"
#include "methods/reconstruction/step_variable.h"
#include "support/error.h"
#include "support/stop_request.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

/// An activation quantizer of the unit and its part in an iteration.
struct StepPlace {
  std::unique_ptr<StepVariable> variable;
  /// Its number for the random source.
  int64_t number;
  /// The output of the unit that this activation is, if its loss can be computed here.
  std::optional<size_t> output;
};

/// How far a device may be behind the host: iterations, and seconds of the host's launches.
constexpr int64_t kMostAhead = 64;
constexpr double kSecondsAhead = 0.05;

LossCurveBuffer make_curve(size_t points, at::Device device) {
  const auto numbers = at::dtype(at::kDouble).device(device);
  return {at::zeros({static_cast<int64_t>(points), 2}, numbers), at::zeros({2}, numbers),
          at::full({1}, -1, at::dtype(at::kLong).device(device))};
}

}  // namespace

/// Soft weights, learned steps and drop masks of the unit under reconstruction. Where the unit ends
/// in a learned activation it computes the loss there at once: what the graph returns for that
/// output is then its loss.
class UnitReconstruction::LearningPass : public Pass {
 public:
  LearningPass(const UnitGraph& model, const Unit& unit, const UnitData& data, const Phase& phase,
               const MethodSettings& settings, RandomSource& random, const IterationPlan& plan)
      : data_(data),
        phase_(phase),
        plan_(plan),
        device_(model.device()),
        masks_(random, phase.drop_probability, settings.batch_size, device_) {
    if (phase.learn_rounding) {
      for (WeightSite* site : weight_sites(model, unit)) {
        if (!site->quantizer) continue;
        weight_index_[site] = roundings_.size();
        roundings_.push_back(std::make_unique<RoundingVariable>(*site));
      }
    }
    int64_t number = static_cast<int64_t>(unit.inputs.size());
    for (ActivationSite* site : activation_sites(model, unit)) {
      if (!site->quantizer || phase.inside == QuantizedPass::Activations::kFullPrecision) continue;
      step_index_[site] = steps_.size();
      steps_.push_back({std::make_unique<StepVariable>(
                            *site, phase.learn_steps,
                            phase.learn_steps && settings.activation_quantizer == "lsq_plus"),
                        number++, std::nullopt});
    }
    find_losses(model, unit);
  }

  bool learns() const { return !roundings_.empty() || (phase_.learn_steps && !steps_.empty()); }

  /// After the plan has loaded an iteration.
  void begin() {
    masks_.begin(plan_.now(), plan_.held());
    if (!data_.position_mask.defined()) return;
    const auto whole = data_.position_mask.index_select(0, plan_.host_samples());
    batch_mask_ = whole.index_select(0, plan_.host_slots());
    real_fraction_ = batch_mask_.sum().item<double>() / whole.sum().item<double>();
  }

  /// The inputs of the samples computed here, with elements dropped to full precision where the
  /// phase says so.
  Tensors inputs() {
    Tensors inputs;
    for (size_t i = 0; i < data_.quantized_inputs.size(); ++i) {
      const auto& quantized = data_.quantized_inputs[i];
      if (phase_.drop_probability == 0 || !quantized.is_floating_point()) {
        inputs.push_back(on_this_device(quantized));
        continue;
      }
      const auto keep = masks_.at_place(static_cast<int64_t>(i), plan_.held(),
                                        quantized.numel() / quantized.size(0));
      const auto& full_precision = data_.full_precision_inputs[i];
      if (quantized.device() == device_) {
        inputs.push_back(gather_mix(quantized, full_precision, plan_.rows(), keep));
      } else {
        const auto all = at::arange(plan_.held(), plan_.rows().options());
        inputs.push_back(
            gather_mix(on_this_device(quantized), on_this_device(full_precision), all, keep));
      }
    }
    return inputs;
  }

  at::Tensor weight(const WeightSite& site) override {
    const auto found = weight_index_.find(&site);
    if (found != weight_index_.end()) return roundings_[found->second]->soft();
    return site.quantized.defined() ? site.quantized : site.value;
  }

  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    const auto found = step_index_.find(&site);
    if (found == step_index_.end()) return activate(terms, site.nonlinearity);
    const StepPlace& place = steps_[found->second];
    const auto keep = masks_.at_place(place.number, terms.x.size(0),
                                      terms.x.numel() / std::max<int64_t>(1, terms.x.size(0)));
    const auto& quantizer = place.variable->quantizer();
    if (!place.output) return activate_and_quantize(terms, site.nonlinearity, quantizer, keep);
    const auto& targets = data_.targets[*place.output];
    return activation_loss(terms, site.nonlinearity, quantizer, keep, {targets, rows_of(targets)},
                           phase_.norm, plan_.fraction());
  }

  /// The loss of the unit's outputs as forward() returned them, a scalar: the addend of the part
  /// computed here to the mean over the whole mini-batch.
  at::Tensor loss(const Tensors& outputs) const {
    at::Tensor total;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto part =
          ends_in_loss_.count(i) != 0 ? outputs[i] : output_loss(outputs[i], data_.targets[i]);
      total = total.defined() ? total + part : part;
    }
    return total;
  }

  /// Of a loss, for everything that is learned, laid out as that; zeros where it does not depend on
  /// it or is undefined.
  Tensors gradients(const at::Tensor& loss) const {
    Tensors leaves;
    for (const auto& variable : roundings_) leaves.push_back(variable->soft());
    for (const auto& place : steps_) {
      for (const auto& parameter : place.variable->learned()) leaves.push_back(parameter);
    }
    Tensors gradients(leaves.size());
    if (loss.defined() && loss.requires_grad()) {
      gradients = torch::autograd::grad({loss}, leaves, {}, c10::nullopt, /*create_graph=*/false,
                                        /*allow_unused=*/true);
    }
    for (size_t i = 0; i < leaves.size(); ++i) {
      const auto leaf = leaves[i].detach();
      auto& gradient = gradients[i];
      if (!gradient.defined()) {
        gradient = at::zeros_like(leaf);
      } else if (gradient.strides() != leaf.strides()) {
        gradient = at::empty_like(leaf).copy_(gradient);
      }
    }
    return gradients;
  }

  /// Adds up over the group what one iteration has computed.
  void share(Tensors& gradients, at::Tensor& loss, DeviceGroup& group) const {
    if (group.size() == 1) return;
    // LSQ scales the gradient by the size of what was quantized (scale_gradient), which is the
    // whole mini-batch.
    const double factor = std::sqrt(plan_.fraction());
    for (size_t i = roundings_.size(); i < gradients.size(); ++i) gradients[i].mul_(factor);
    const auto numbers = at::dtype(at::kDouble).device(group.device());
    loss = loss.defined() ? loss.detach().clone() : at::zeros({}, numbers);
    Tensors sums = gradients;
    sums.push_back(loss);
    group.sum(sums);
  }

  /// Updates every variable; returns the regulariser's value, undefined where no rounding is
  /// learned.
  at::Tensor step(const Tensors& gradients) {
    const auto& kernels = kernels_on(device_);
    const auto& scalars = plan_.now().scalars;
    at::Tensor regulariser;
    auto next = gradients.begin();
    std::vector<RoundingState> roundings;
    for (const auto& variable : roundings_) roundings.push_back(variable->update(*next++));
    if (!roundings.empty()) regulariser = kernels.step_roundings(roundings, scalars);
    std::vector<StepState> steps;
    for (const auto& place : steps_) {
      const auto count = static_cast<std::ptrdiff_t>(place.variable->learned().size());
      for (auto& state : place.variable->update({next, next + count}))
        steps.push_back(std::move(state));
      next += count;
    }
    if (!steps.empty()) kernels.step_quantizers(steps, scalars);
    return regulariser;
  }

  /// Leaves what was learned in the model's sites.
  void finish() {
    for (const auto& variable : roundings_) variable->finish();
    if (!phase_.learn_steps) return;
    for (const auto& place : steps_) place.variable->finish();
  }

  std::vector<NamedTensor> state() const {
    std::vector<NamedTensor> all;
    for (const auto& variable : roundings_) variable->append_state(all);
    for (const auto& place : steps_) place.variable->append_state(all);
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
  /// Streams may lie elsewhere than the model.
  at::Tensor rows_of(const at::Tensor& stream) const {
    return stream.device() == device_ ? plan_.rows() : plan_.host_rows();
  }
  at::Tensor on_this_device(const at::Tensor& stream) const {
    return gather({stream, rows_of(stream)}).to(device_);
  }

  /// Whether the loss of such an output leaves out positions.
  bool masked(const at::Tensor& output) const { return batch_mask_.defined() && output.dim() >= 3; }

  at::Tensor output_loss(const at::Tensor& output, const at::Tensor& targets) const {
    if (!masked(output)) {
      return reconstruction_loss(output, {targets, rows_of(targets)}, phase_.norm,
                                 plan_.fraction());
    }
    const auto loss =
        reconstruction_loss(real_positions(output, batch_mask_),
                            real_positions(on_this_device(targets), batch_mask_), phase_.norm);
    return real_fraction_ == 1 ? loss : loss * real_fraction_;
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
      const ActivationSite* site = node.layer->output_site();
      const auto output = std::find(unit.outputs.begin(), unit.outputs.end(), node.outputs.front());
      // What several outputs share is an activation inside of the layer.
      const bool at_the_end = site != nullptr && node.outputs.size() == 1;
      if (!at_the_end || output == unit.outputs.end()) continue;
      const auto step = step_index_.find(site);
      if (step == step_index_.end() || read_inside.count(*output) != 0) continue;
      const auto number = static_cast<size_t>(output - unit.outputs.begin());
      steps_[step->second].output = number;
      ends_in_loss_.insert(number);
    }
  }

  const UnitData& data_;
  const Phase& phase_;
  const IterationPlan& plan_;
  at::Device device_;
  DropMasks masks_;
  /// Of the part computed here, [B, L] on the host, and its part of the real positions of the whole
  /// mini-batch; undefined without a mask.
  at::Tensor batch_mask_;
  double real_fraction_ = 1;
  /// In the order of execution, so that sums and updates do not depend on addresses.
  std::vector<std::unique_ptr<RoundingVariable>> roundings_;
  std::vector<StepPlace> steps_;
  std::map<const WeightSite*, size_t> weight_index_;
  std::map<const ActivationSite*, size_t> step_index_;
  /// Outputs of the unit that arrive as losses.
  std::set<size_t> ends_in_loss_;
};

namespace {

/// Whether an iteration needs the host for nothing but its launches.
bool repeats_itself(const UnitData& data, RandomSource& random, const DeviceGroup& group,
                    const at::Device& device) {
  const auto here = [&](const at::Tensor& stream) { return stream.device() == device; };
  for (const auto* streams : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets}) {
    if (!std::all_of(streams->begin(), streams->end(), here)) return false;
  }
  return group.size() == 1 && random.draws_on_device() && !data.position_mask.defined();
}

}  // namespace

UnitReconstruction::UnitReconstruction(const UnitGraph& model, const Unit& unit,
                                       const UnitData& data, const Phase& phase,
                                       const MethodSettings& settings, RandomSource& random,
                                       DeviceGroup& group)
    : model_(model),
      unit_(unit),
      group_(group),
      plan_(std::make_unique<IterationPlan>(phase, settings, random, data.share, model.device())),
      pass_(std::make_unique<LearningPass>(model, unit, data, phase, settings, random, *plan_)),
      replay_(repeats_itself(data, random, group, model.device())
                  ? make_replay(model.device())
                  : std::make_unique<HostReplay>()),
      losses_(make_curve(plan_->curve().size(), model.device())) {}

UnitReconstruction::~UnitReconstruction() = default;

bool UnitReconstruction::learns() const { return pass_->learns(); }

bool UnitReconstruction::recorded() const { return replay_->recorded(); }

void UnitReconstruction::compute() {
  plan_->load();
  pass_->begin();
  at::Tensor loss;
  if (plan_->held() > 0) loss = pass_->loss(model_.forward(unit_, pass_->inputs(), *pass_));
  auto gradients = pass_->gradients(loss);
  const torch::NoGradGuard no_grad;
  pass_->share(gradients, loss, group_);
  const auto rounding = pass_->step(gradients);
  kernels_on(model_.device()).record_losses(loss.detach(), rounding, plan_->now(), losses_);
}

void UnitReconstruction::run(int64_t first, int64_t count) {
  const bool host_sees_all = model_.device().is_cpu();
  const Stopwatch watch;
  double seen = 0;
  for (int64_t t = first; t < first + count; ++t) {
    check_stop();
    plan_->prepare(t);
    replay_->run([this] { compute(); });
    // A device is some iterations behind; it is waited for often enough to stop soon.
    const bool look = host_sees_all || t + 1 == first + count || t % kMostAhead == 0 ||
                      watch.seconds() - seen > kSecondsAhead;
    if (!look) continue;
    require_finite();
    seen = watch.seconds();
  }
}

void UnitReconstruction::require_finite() const {
  const auto bad = *losses_.bad.cpu().data_ptr<int64_t>();
  if (bad < 0) return;
  throw Error(fmt::format("reconstruction of unit '{}': the loss is not finite at iteration {}",
                          unit_.name, bad));
}

IterationLoss UnitReconstruction::iterate(int64_t t) {
  run(t, 1);
  const auto latest = losses_.latest.cpu();
  return {latest[0].item<double>(), latest[1].item<double>()};
}

LossCurve UnitReconstruction::curve() const {
  LossCurve curve;
  curve.iteration = plan_->curve();
  const auto points = losses_.points.cpu();
  const double* values = points.data_ptr<double>();
  for (size_t i = 0; i < curve.iteration.size(); ++i) {
    curve.reconstruction.push_back(values[2 * i]);
    curve.rounding.push_back(values[2 * i + 1]);
  }
  return curve;
}

void UnitReconstruction::finish() { pass_->finish(); }

std::vector<NamedTensor> UnitReconstruction::state() const { return pass_->state(); }

void UnitReconstruction::restore(const std::vector<NamedTensor>& state) { pass_->restore(state); }

LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings, RandomSource& random,
                           DeviceGroup& group) {
  UnitReconstruction reconstruction(model, unit, data, phase, settings, random, group);
  if (!reconstruction.learns()) return {};
  reconstruction.run(0, phase.iterations);
  reconstruction.finish();
  return reconstruction.curve();
}

}  // namespace ptqbench
