#include "methods/reconstruction/streams.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/reconstruction_loss.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

// 70 samples: two whole chunks and a rest.
const int64_t kSamples = 70;

TEST(Streams, PushedThroughUnitByUnitGiveTheModelsOutput) {
  at::manual_seed(2);
  const auto model = testing::tiny_resnet();
  const auto images = at::randn({kSamples, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto expected = model.forward({images}, pass).at(0);
  for (const auto granularity : {Granularity::kLayer, Granularity::kBlock}) {
    MemoryStorage storage;
    Stream stream(model, {images});
    Tensors outputs;
    for (const Unit& unit : model.units(granularity)) {
      outputs = run_unit(model, unit, stream.inputs(unit), pass, storage);
      stream.push(unit, outputs);
    }
    EXPECT_TRUE(testing::close(outputs.at(0), expected, 1e-5, 1e-6));
  }
}

TEST(Streams, FewerLargeSamplesGoThroughAUnitAtATime) {
  EXPECT_EQ(stream_chunk(3 * 32 * 32), 32);
  // The widest map of a ResNet-50 at 224 pixels.
  EXPECT_EQ(stream_chunk(256 * 56 * 56), 32);
  // A detector's picture, and the widest map of its backbone.
  EXPECT_EQ(stream_chunk(3 * 800 * 1344), 10);
  EXPECT_EQ(stream_chunk(256 * 200 * 336), 1);
  EXPECT_EQ(stream_chunk(int64_t{1} << 40), 1);
}

TEST(Streams, AValueNobodyReadsAnyMoreIsReleased) {
  const auto model = testing::tiny_resnet();
  const auto units = model.units(Granularity::kBlock);
  MemoryStorage storage;
  FullPrecisionPass pass;
  Stream stream(model, {at::randn({4, 3, 8, 8})});
  stream.push(units[0], run_unit(model, units[0], stream.inputs(units[0]), pass, storage));
  EXPECT_THROW(stream.inputs(units[0]), std::logic_error);
  EXPECT_NO_THROW(stream.inputs(units[1]));
}

/// The first of three rows: its strides reach beyond a buffer of its size.
TEST(StreamStorage, ViewsWithGapsGetADenseTensor) {
  MemoryStorage storage;
  const auto like = at::randn({2, 3, 8}).select(1, 0);
  ASSERT_EQ(like.strides(), (std::vector<int64_t>{24, 1}));
  const auto stream = storage.allocate(5, like);
  EXPECT_EQ(stream.sizes(), (std::vector<int64_t>{5, 8}));
  EXPECT_EQ(stream.strides(), (std::vector<int64_t>{8, 1}));
  const auto layout = at::randn({2, 3, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_EQ(storage.allocate(5, layout).strides(), layout.strides());
}

TEST(Streams, UnitErrorIsTheErrorOfAllSamplesAtOnce) {
  at::manual_seed(3);
  const auto model = testing::tiny_resnet();
  const Unit unit = model.units(Granularity::kBlock).at(0);
  const auto images = at::randn({kSamples, 3, 8, 8});
  MemoryStorage storage;
  FullPrecisionPass pass;
  const auto outputs = run_unit(model, unit, {images}, pass, storage);
  const UnitData data{
      {images}, {images}, {outputs[0] + at::randn_like(outputs[0])}, {}, all_samples(kSamples)};
  LocalGroup group;
  for (const double norm : {2.0, 2.4}) {
    const double expected = reconstruction_error(outputs[0], data.targets[0], norm);
    EXPECT_NEAR(unit_error(model, unit, data, pass, norm, group), expected, 1e-5 * expected);
    EXPECT_NEAR(outputs_error(outputs, data, norm, group), expected, 1e-5 * expected);
  }
}

}  // namespace
}  // namespace ptqbench
