#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/data/transform.h"

namespace ptqbench {

/// Small labelled pictures of one size as data set files hold them.
struct RawImages {
  /// 1 (grey) or 3 (red, green, blue).
  int channels = 0;
  int height = 0;
  int width = 0;
  /// [N, channels, height, width]
  std::vector<uint8_t> pixels;
  /// [N]
  std::vector<uint8_t> labels;
};

/// A split held in memory. Pictures get a black margin of `padding` pixels on each side; grey is
/// repeated in three channels.
class MemoryDataset final : public ImageDataset {
 public:
  MemoryDataset(RawImages images, int64_t classes, int padding, std::string split,
                const Normalization& normalization);

  int64_t size() const override;
  int64_t classes() const override { return classes_; }
  int64_t label(int64_t index) const override;
  std::string sample_name(int64_t index) const override;
  at::Tensor sample(int64_t index) const override;
  std::string content_key() const override;

 private:
  RawImages images_;
  int64_t classes_;
  int padding_;
  std::string split_;
  Normalization normalization_;
};

}  // namespace ptqbench
