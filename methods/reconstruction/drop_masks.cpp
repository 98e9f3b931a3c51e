#include "methods/reconstruction/drop_masks.h"

#include <torch/types.h>

#include <stdexcept>
#include <string>

#include "methods/kernels/keep_mask.h"

namespace ptqbench {

DropMasks::DropMasks(RandomSource& source, double drop_probability, int64_t batch,
                     at::Device device)
    : source_(source), drop_probability_(drop_probability), batch_(batch), device_(device) {}

KeepMaskDraw DropMasks::draw(int64_t place) const {
  KeepMaskDraw draw;
  draw.place = place;
  draw.drop_probability = drop_probability_;
  draw.words = words_.at(place).slice(0, 0, samples_);
  return draw;
}

void DropMasks::begin(const IterationNow& now, int64_t samples) {
  now_ = &now;
  samples_ = samples;
  if (device_.is_cpu()) return;
  std::vector<KeepMaskDraw> draws;
  for (const auto& [place, words] : words_) draws.push_back(draw(place));
  source_.fill_keep_masks(std::move(draws), now);
}

at::Tensor DropMasks::at_place(int64_t place, int64_t rows, int64_t elements_per_row) {
  if (drop_probability_ == 0) return {};
  if (samples_ == 0 || rows % samples_ != 0) {
    throw std::logic_error("an activation of " + std::to_string(rows) + " rows in a mini-batch of " +
                           std::to_string(samples_) + " samples");
  }
  const int64_t row_words = mask_words(elements_per_row);
  const int64_t words = rows / samples_ * row_words;
  auto& buffer = words_[place];
  const bool fits = buffer.defined() && buffer.size(1) == words;
  if (!fits) buffer = at::empty({batch_, words}, at::dtype(at::kInt).device(device_));
  const auto mine = draw(place);
  if (!fits || device_.is_cpu()) source_.fill_keep_masks({mine}, *now_);
  return mine.words.view({rows, row_words});
}

}  // namespace ptqbench
