#pragma once

#include <filesystem>
#include <string>

#include "support/data_folder.h"
#include "tasks/data/memory_dataset.h"

namespace ptqbench {

constexpr int64_t kFashionMnistClasses = 10;

/// Where its files lie: those brought along (PTQBENCH_DATA), else those of Debian's package
/// dataset-fashion-mnist.
inline std::string fashion_mnist_root() {
  return data_folder("fashion-mnist", "/usr/share/datasets/fashion-mnist");
}

/// 28x28 grey pictures of split "train" (60000) or "test" (10000), from the four gzip-packed idx
/// files in `root`. Source: Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747. Throws IoError
/// naming the file (and the package when it is missing) when a file is not as expected.
RawImages read_fashion_mnist(const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
