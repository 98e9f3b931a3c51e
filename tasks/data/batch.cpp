#include "tasks/data/batch.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <exception>
#include <stdexcept>

#include "support/error.h"

namespace ptqbench {
namespace {

void copy_sample(const ImageDataset& dataset, int64_t index, at::Tensor target) {
  const at::Tensor sample = dataset.sample(index);
  if (sample.sizes() != target.sizes()) {
    throw IoError(fmt::format("sample '{}' has another shape than the first of its batch",
                              dataset.sample_name(index)));
  }
  target.copy_(sample);
}

}  // namespace

at::Tensor load_inputs(const ImageDataset& dataset, const std::vector<int64_t>& indices) {
  if (indices.empty()) throw std::invalid_argument("load_inputs: no samples asked for");
  const auto count = static_cast<int64_t>(indices.size());
  // The first sample gives the shape.
  const at::Tensor first = dataset.sample(indices[0]);
  std::vector<int64_t> shape = first.sizes().vec();
  shape.insert(shape.begin(), count);
  at::Tensor inputs = at::empty(shape, first.options());
  inputs.select(0, 0).copy_(first);

  std::vector<std::exception_ptr> errors(indices.size());
  at::parallel_for(1, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto position = static_cast<size_t>(i);
      try {
        copy_sample(dataset, indices[position], inputs.select(0, i));
      } catch (...) {
        errors[position] = std::current_exception();
        return;
      }
    }
  });
  // A thread stops at its first error, and all before an error in its share succeeded; so the first
  // set is the first.
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return inputs;
}

at::Tensor load_labels(const ImageDataset& dataset, const std::vector<int64_t>& indices) {
  at::Tensor labels = at::empty({static_cast<int64_t>(indices.size())}, at::kLong);
  auto* target = labels.data_ptr<int64_t>();
  for (const int64_t index : indices) *target++ = dataset.label(index);
  return labels;
}

}  // namespace ptqbench
