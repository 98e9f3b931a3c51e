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
  return {inputs, rows};
}

DetectionBatch load_detection_batch(const DetectionDataset& dataset,
                                    const DetectionTransform& transform,
                                    const std::vector<int64_t>& indices) {
  DetectionBatch batch;
  for (const int64_t index : indices)
    batch.sizes.push_back(transform.resized(dataset.image_facts(index).size));
  const auto count = static_cast<int64_t>(indices.size());
  const ImageSize padded = padded_size(batch.sizes);
  // Filled in place: the calibration images are the largest thing that some cells hold.
  batch.inputs =
      at::empty({count, 3, padded.height, padded.width}, at::kFloat, at::MemoryFormat::ChannelsLast)
          .zero_();
  std::vector<std::exception_ptr> errors(indices.size());
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto position = static_cast<size_t>(i);
      const ImageSize size = batch.sizes[position];
      try {
        batch.inputs.select(0, i)
            .slice(1, 0, size.height)
            .slice(2, 0, size.width)
            .copy_(transform(dataset.image(indices[position])));
      } catch (...) {
        errors[position] = std::current_exception();
      }
    }
  });
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return batch;
}

}  // namespace ptqbench
