#include "tasks/detection/detection_batch.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <exception>

namespace ptqbench {

std::vector<at::Tensor> DetectionBatch::model_inputs() const {
  const auto rows = at::empty({static_cast<int64_t>(sizes.size()), 2}, at::kLong);
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto row = rows[static_cast<int64_t>(i)];
    row[0] = sizes[i].height;
    row[1] = sizes[i].width;
  }
  return {inputs.contiguous(at::MemoryFormat::ChannelsLast), rows};
}

DetectionBatch load_detection_batch(const DetectionDataset& dataset,
                                    const DetectionTransform& transform,
                                    const std::vector<int64_t>& indices, ImageSize at_least) {
  std::vector<at::Tensor> inputs(indices.size());
  std::vector<std::exception_ptr> errors(indices.size());
  at::parallel_for(0, static_cast<int64_t>(indices.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      try {
        inputs[i] = transform(dataset.image(indices[i]));
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  });
  DetectionBatch batch;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (errors[i]) std::rethrow_exception(errors[i]);
    batch.sizes.push_back({inputs[i].size(1), inputs[i].size(2)});
  }
  batch.inputs = pad_to_batch(inputs, at_least);
  return batch;
}

}  // namespace ptqbench
