#include "methods/nn/pyramid_layers.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <cmath>

#include "methods/nn/initial_values.h"

namespace ptqbench {
namespace {

/// [N, C, H_l, W_l] each -> [N, C, 1, sum of H_l * W_l], in the memory format of the maps.
at::Tensor side_by_side(const Tensors& maps) {
  Tensors rows;
  for (const auto& map : maps) rows.push_back(map.flatten(2).unsqueeze(2));
  return at::cat(rows, 3);
}

/// The opposite, with the sizes of `like`.
Tensors levels_of(const at::Tensor& joined, const Tensors& like) {
  Tensors maps;
  int64_t first = 0;
  for (const auto& map : like) {
    const int64_t positions = map.size(2) * map.size(3);
    maps.push_back(joined.slice(3, first, first + positions)
                       .reshape({joined.size(0), joined.size(1), map.size(2), map.size(3)}));
    first += positions;
  }
  return maps;
}

}  // namespace

PyramidConv::PyramidConv(const std::string& name, const PyramidConvOptions& options)
    : name_(name), options_(options), output_(quantized_site(name)) {
  const int64_t k = options.kernel;
  const double he = std::sqrt(2 / static_cast<double>(options.out_channels * k * k));
  weight_.name = name + ".weight";
  weight_.value = normal_values({options.out_channels, options.in_channels, k, k},
                                options.initial_std > 0 ? options.initial_std : he);
  bias_ = at::full({options.out_channels}, options.initial_bias);
  output_.nonlinearity = options.nonlinearity;
  output_.quantizable = options.quantize_output;
}

Tensors PyramidConv::forward(const Tensors& inputs, Pass& pass) const {
  const auto weight = pass.weight(weight_);
  const int64_t padding = options_.kernel / 2;
  Tensors maps;
  for (const auto& input : inputs)
    maps.push_back(at::conv2d(input, weight, bias_, {1, 1}, {padding, padding}));
  if (maps.size() == 1) return {pass.activation(output_, {maps[0]})};
  return levels_of(pass.activation(output_, {side_by_side(maps)}), maps);
}

std::string PyramidConv::kind() const {
  return fmt::format("shared conv {}x{}", options_.kernel, options_.kernel);
}

std::vector<NamedTensor> PyramidConv::parameters() const {
  return {{weight_.name, weight_.value}, {name_ + ".bias", bias_}};
}

void PyramidConv::move_to(const at::Device& device) {
  weight_.move_to(device);
  ptqbench::move_to(bias_, device);
  output_.move_to(device);
}

AddUpsampled::AddUpsampled(const std::string& name) : output_(quantized_site(name)) {}

Tensors AddUpsampled::forward(const Tensors& inputs, Pass& pass) const {
  const auto& map = inputs.at(0);
  const auto enlarged = at::upsample_nearest2d(inputs.at(1), {map.size(2), map.size(3)});
  return {pass.activation(output_, {map, enlarged})};
}

void AddUpsampled::move_to(const at::Device& device) { output_.move_to(device); }

Tensors Relu::forward(const Tensors& inputs, Pass& /*pass*/) const {
  return {at::relu(inputs.at(0))};
}

Tensors JoinAnchors::forward(const Tensors& inputs, Pass& /*pass*/) const {
  Tensors rows;
  for (const auto& map : inputs)
    rows.push_back(map.permute({0, 2, 3, 1}).reshape({map.size(0), -1, values_}));
  return {at::cat(rows, 1)};
}

}  // namespace ptqbench
