#include "methods/reconstruction/streams.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

#include "methods/kernels/reconstruction_loss.h"
#include "methods/nn/positions.h"

namespace ptqbench {
namespace {

/// `inputs`: [S, ...] each.
template <class Body>
void for_each_chunk(const Tensors& inputs, const Body& body) {
  const torch::NoGradGuard no_grad;
  const int64_t samples = inputs.at(0).size(0);
  int64_t elements = 0;
  for (const auto& input : inputs) elements += input.numel() / std::max<int64_t>(samples, 1);
  const int64_t chunk = stream_chunk(elements);
  for (int64_t first = 0; first < samples; first += chunk)
    body(first, std::min(first + chunk, samples));
}

Tensors slices(const Tensors& tensors, int64_t first, int64_t last, const at::Device& device) {
  Tensors parts;
  for (const auto& tensor : tensors) parts.push_back(tensor.slice(0, first, last));
  return on_device(parts, device);
}

/// Mean over all samples of an error that comes chunk by chunk, of several outputs.
class ErrorSum {
 public:
  ErrorSum(const UnitData& data, double norm)
      : data_(data), norm_(norm), sums_(data.targets.size()), positions_(data.targets.size()) {}

  void add(const Tensors& outputs, int64_t first, int64_t last) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto device = outputs[i].device();
      const auto mask =
          data_.position_mask.defined()
              ? data_.position_mask.slice(0, data_.share.first + first, data_.share.first + last)
                    .to(device)
              : data_.position_mask;
      const auto output = real_positions(outputs[i], mask);
      const auto target = real_positions(data_.targets[i].slice(0, first, last).to(device), mask);
      const double positions = loss_positions(output);
      sums_[i] += reconstruction_error(output, target, norm_) * positions;
      positions_[i] += positions;
    }
  }

  double mean(DeviceGroup& group) const {
    auto sums = sums_;
    sums.insert(sums.end(), positions_.begin(), positions_.end());
    sums = sum_over(group, std::move(sums));
    double total = 0;
    for (size_t i = 0; i < sums_.size(); ++i) total += sums[i] / sums[sums_.size() + i];
    return total;
  }

 private:
  const UnitData& data_;
  double norm_;
  std::vector<double> sums_;
  std::vector<double> positions_;
};

}  // namespace

int64_t stream_chunk(int64_t elements) {
  constexpr int64_t kMostSamples = 32;
  // 128 MiB, which 32 maps of images with 224 pixels stay below.
  constexpr int64_t kMostElements = int64_t{1} << 25;
  return std::clamp<int64_t>(kMostElements / std::max<int64_t>(elements, 1), 1, kMostSamples);
}

Stream::Stream(const UnitGraph& model, const Tensors& inputs)
    : model_(model),
      values_(static_cast<size_t>(model.value_count())),
      last_reader_(static_cast<size_t>(model.value_count()), 0) {
  if (inputs.size() != model.inputs().size())
    throw std::logic_error("the model takes another number of inputs");
  for (size_t i = 0; i < inputs.size(); ++i)
    values_[static_cast<size_t>(model.inputs()[i])] = inputs[i];
  const auto& nodes = model.nodes();
  for (size_t n = 0; n < nodes.size(); ++n) {
    for (const ValueId id : nodes[n].inputs) last_reader_[static_cast<size_t>(id)] = n;
  }
}

Tensors Stream::inputs(const Unit& unit) const {
  Tensors inputs;
  for (const ValueId id : unit.inputs) {
    const auto& value = values_[static_cast<size_t>(id)];
    if (!value.defined())
      throw std::logic_error("unit '" + unit.name + "' reads a value the stream does not hold");
    inputs.push_back(value);
  }
  return inputs;
}

void Stream::push(const Unit& unit, const Tensors& outputs) {
  for (size_t i = 0; i < unit.outputs.size(); ++i)
    values_[static_cast<size_t>(unit.outputs[i])] = outputs.at(i);
  for (const ValueId id : unit.inputs) {
    if (last_reader_[static_cast<size_t>(id)] < unit.last)
      values_[static_cast<size_t>(id)] = at::Tensor();
  }
}

void share_choices(const UnitGraph& model, const Unit& unit, const Tensors& full_precision,
                   Tensors& quantized) {
  for (size_t i = 0; i < unit.outputs.size(); ++i) {
    if (model.is_choice(unit.outputs[i])) quantized.at(i) = full_precision.at(i);
  }
}

Tensors run_unit(const UnitGraph& model, const Unit& unit, const Tensors& inputs, Pass& pass,
                 StreamStorage& storage) {
  const int64_t samples = inputs.at(0).size(0);
  const auto device = model.device();
  Tensors whole(unit.outputs.size());
  for_each_chunk(inputs, [&](int64_t first, int64_t last) {
    const auto outputs = model.forward(unit, slices(inputs, first, last, device), pass);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (first == 0) whole[i] = storage.allocate(samples, outputs[i]);
      whole[i].slice(0, first, last).copy_(outputs[i]);
    }
  });
  return whole;
}

double unit_error(const UnitGraph& model, const Unit& unit, const UnitData& data, Pass& pass,
                  double norm, DeviceGroup& group) {
  ErrorSum error(data, norm);
  const auto device = model.device();
  for_each_chunk(data.quantized_inputs, [&](int64_t first, int64_t last) {
    error.add(model.forward(unit, slices(data.quantized_inputs, first, last, device), pass), first,
              last);
  });
  return error.mean(group);
}

double outputs_error(const Tensors& outputs, const UnitData& data, double norm,
                     DeviceGroup& group) {
  ErrorSum error(data, norm);
  for_each_chunk(data.targets, [&](int64_t first, int64_t last) {
    error.add(slices(outputs, first, last, outputs.at(0).device()), first, last);
  });
  return error.mean(group);
}

}  // namespace ptqbench
