#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "tasks/checkpoint/checkpoint.h"
#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Checkpoint checkpoint_of(std::vector<NamedTensor> tensors) {
  Checkpoint checkpoint;
  checkpoint.tensors = std::move(tensors);
  return checkpoint;
}

TEST(AssignParameters, CopiesIntoTheModelsOwnStorage) {
  const at::Tensor weight = torch::zeros({2, 2}, torch::requires_grad());
  const at::Tensor model_view = weight.detach();
  assign_parameters(checkpoint_of({{"weight", torch::full({2, 2}, 3.0)}}), {{"weight", weight}});
  EXPECT_TRUE(model_view.equal(torch::full({2, 2}, 3.0)));
  EXPECT_TRUE(weight.requires_grad());
}

TEST(AssignParameters, ConvertsToTheParametersDtypeAndReadsViews) {
  const at::Tensor weight = torch::zeros({2, 3});
  const at::Tensor stored = torch::arange(6, torch::kDouble).reshape({3, 2}).t();
  assign_parameters(checkpoint_of({{"weight", stored.to(torch::kHalf)}}), {{"weight", weight}});
  EXPECT_EQ(weight.scalar_type(), torch::kFloat);
  EXPECT_TRUE(weight.equal(torch::tensor({0., 2., 4., 1., 3., 5.}, torch::kFloat).reshape({2, 3})));
}

TEST(AssignParameters, OrderDoesNotMatter) {
  const at::Tensor a = torch::zeros({1});
  const at::Tensor b = torch::zeros({1});
  assign_parameters(checkpoint_of({{"b", torch::full({1}, 2.0)}, {"a", torch::full({1}, 1.0)}}),
                    {{"a", a}, {"b", b}});
  EXPECT_EQ(a.item<float>(), 1);
  EXPECT_EQ(b.item<float>(), 2);
}

TEST(AssignParameters, BatchCountsAreIgnoredOnEitherSide) {
  const at::Tensor count = torch::zeros({}, torch::kLong);
  assign_parameters(checkpoint_of({{"bn1.num_batches_tracked", torch::full({}, 7)}}),
                    {{"bn2.num_batches_tracked", count}});
  EXPECT_EQ(count.item<int64_t>(), 0);
}

TEST(AssignParameters, ListsEveryMismatchAndChangesNothing) {
  const at::Tensor good = torch::zeros({2});
  const at::Tensor shaped = torch::zeros({2, 3});
  const auto checkpoint = checkpoint_of(
      {{"good", torch::ones({2})}, {"shaped", torch::ones({3, 2})}, {"extra", torch::ones({1})}});
  const std::string message = io_error_of([&] {
    assign_parameters(checkpoint,
                      {{"good", good}, {"shaped", shaped}, {"absent", torch::zeros({1})}});
  });
  EXPECT_THAT(message, AllOf(HasSubstr("1 missing: absent"), HasSubstr("1 unexpected: extra"),
                             HasSubstr("1 wrongly shaped: shaped [3, 2], expected [2, 3]"),
                             Not(HasSubstr("good"))));
  EXPECT_TRUE(good.equal(torch::zeros({2})));
}

TEST(AssignParameters, AShapeThatBroadcastsIsStillWrong) {
  EXPECT_THAT(
      io_error_of([] {
        assign_parameters(checkpoint_of({{"w", torch::ones({1})}}), {{"w", torch::zeros({4})}});
      }),
      HasSubstr("w [1], expected [4]"));
}

TEST(AssignParameters, LongListsAreCutAndCounted) {
  std::vector<NamedTensor> parameters;
  for (int i = 10; i < 35; ++i) parameters.push_back({"p" + std::to_string(i), torch::zeros({1})});
  EXPECT_THAT(
      io_error_of([&] { assign_parameters(checkpoint_of({}), parameters); }),
      AllOf(HasSubstr("25 missing: p10, p11"), HasSubstr("p19, ..."), Not(HasSubstr("p20"))));
}

}  // namespace
}  // namespace ptqbench
