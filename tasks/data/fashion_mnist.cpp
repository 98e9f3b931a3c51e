#include "tasks/data/fashion_mnist.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/error.h"
#include "tasks/data/idx.h"

namespace ptqbench {
namespace {

constexpr int kSide = 28;

std::filesystem::path existing_file(const std::filesystem::path& root, const std::string& name) {
  std::filesystem::path path = root / name;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw IoError(
        fmt::format("fashion_mnist: '{}' does not exist; install the Debian package "
                    "dataset-fashion-mnist, or set root to the "
                    "folder with train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
                    "t10k-images-idx3-ubyte.gz and "
                    "t10k-labels-idx1-ubyte.gz",
                    path.string()));
  }
  return path;
}

}  // namespace

RawImages read_fashion_mnist(const std::filesystem::path& root, const std::string& split) {
  const std::string prefix = split == "test" ? "t10k" : split;
  const auto image_path = existing_file(root, prefix + "-images-idx3-ubyte.gz");
  const auto label_path = existing_file(root, prefix + "-labels-idx1-ubyte.gz");
  IdxArray images = read_idx_gzip(image_path, 3);
  IdxArray labels = read_idx_gzip(label_path, 1);
  if (images.shape[1] != kSide || images.shape[2] != kSide) {
    throw IoError(fmt::format("'{}' has images of {}x{} pixels; expected {}x{}",
                              image_path.string(), images.shape[2], images.shape[1], kSide, kSide));
  }
  if (images.shape[0] != labels.shape[0] || images.shape[0] == 0) {
    throw IoError(
        fmt::format("'{}' has {} labels, but '{}' has {} images; expected as many, at least one",
                    label_path.string(), labels.shape[0], image_path.string(), images.shape[0]));
  }
  const auto wrong = std::find_if(labels.values.begin(), labels.values.end(),
                                  [](uint8_t label) { return label >= kFashionMnistClasses; });
  if (wrong != labels.values.end()) {
    throw IoError(fmt::format("'{}': label {} of sample {} is not in 0..{}", label_path.string(),
                              *wrong, wrong - labels.values.begin(), kFashionMnistClasses - 1));
  }
  return {1, kSide, kSide, std::move(images.values), std::move(labels.values)};
}

}  // namespace ptqbench
