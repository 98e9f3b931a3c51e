#pragma once

#include <filesystem>
#include <string>

#include "tasks/data/memory_dataset.h"

namespace ptqbench {

constexpr int64_t kFashionMnistClasses = 10;

/// Where Debian's package dataset-fashion-mnist installs its files.
constexpr const char* kFashionMnistRoot = "/usr/share/datasets/fashion-mnist";

/// 28x28 grey pictures of split "train" (60000) or "test" (10000), from the four gzip-packed idx
/// files in `root`. Source: Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747. Throws IoError
/// naming the file (and the package when it is missing) when a file is not as expected.
RawImages read_fashion_mnist(const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
