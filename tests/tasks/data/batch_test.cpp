#include "tasks/data/batch.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <stdexcept>

#include "support/error.h"

namespace ptqbench {
namespace {

/// Sample i is filled with i; samples in `corrupt` cannot be read, and sample 99 has another shape.
class CountingDataset final : public ImageDataset {
 public:
  explicit CountingDataset(std::vector<int64_t> corrupt = {}) : corrupt_(std::move(corrupt)) {}

  int64_t size() const override { return 100; }
  int64_t classes() const override { return 10; }
  int64_t label(int64_t index) const override { return index % 10; }
  std::string sample_name(int64_t index) const override { return std::to_string(index); }
  std::string content_key() const override { return "counting"; }
  at::Tensor sample(int64_t index) const override {
    for (const int64_t bad : corrupt_) {
      if (bad == index) throw IoError(sample_name(index));
    }
    return at::full({3, 2, index == 99 ? 1 : 4}, static_cast<float>(index), at::kFloat);
  }

 private:
  std::vector<int64_t> corrupt_;
};

std::vector<int64_t> indices_up_to(int64_t count) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i) indices.push_back(i);
  return indices;
}

std::string error_of(const ImageDataset& dataset, const std::vector<int64_t>& indices) {
  try {
    load_inputs(dataset, indices);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoadInputs, StacksSamplesInTheOrderAsked) {
  const CountingDataset dataset;
  for (const int threads : {1, 4}) {
    at::set_num_threads(threads);
    const at::Tensor inputs = load_inputs(dataset, {7, 3, 3, 42, 0});
    ASSERT_EQ(inputs.sizes(), (std::vector<int64_t>{5, 3, 2, 4}));
    EXPECT_EQ(inputs.scalar_type(), at::kFloat);
    const at::Tensor expected = at::tensor({7.F, 3.F, 3.F, 42.F, 0.F}).view({5, 1, 1, 1});
    EXPECT_TRUE(at::equal(inputs, expected.expand({5, 3, 2, 4})));
  }
}

TEST(LoadInputs, ThrowsTheFirstErrorWhateverTheThreads) {
  const CountingDataset dataset({90, 50, 20});
  auto backwards = indices_up_to(95);
  std::reverse(backwards.begin(), backwards.end());
  for (const int threads : {1, 2, 4, 7}) {
    at::set_num_threads(threads);
    EXPECT_EQ(error_of(dataset, indices_up_to(95)), "20");
    EXPECT_EQ(error_of(dataset, backwards), "90");
  }
}

TEST(LoadInputs, RefusesSamplesOfSeveralShapes) {
  EXPECT_EQ(error_of(CountingDataset(), {1, 99}),
            "sample '99' has another shape than the first of its batch");
}

TEST(LoadInputs, OfNothingIsABug) {
  EXPECT_THROW(load_inputs(CountingDataset(), {}), std::invalid_argument);
}

TEST(LoadLabels, ListsLabelsInTheOrderAsked) {
  const at::Tensor labels = load_labels(CountingDataset(), {42, 7, 42});
  EXPECT_EQ(labels.scalar_type(), at::kLong);
  EXPECT_TRUE(at::equal(labels, at::tensor(std::vector<int64_t>{2, 7, 2}, at::kLong)));
  EXPECT_EQ(load_labels(CountingDataset(), {}).numel(), 0);
}

}  // namespace
}  // namespace ptqbench
