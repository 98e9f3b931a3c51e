#pragma once

#include <filesystem>
#include <string>

#include "tasks/data/memory_dataset.h"

namespace ptqbench {

constexpr int64_t kCifar10Classes = 10;

/// 32x32 RGB pictures of split "train" (data_batch_1.bin .. data_batch_5.bin) or "test"
/// (test_batch.bin) in `root`: the binary version of CIFAR-10, records of a label byte, 1024 red,
/// 1024 green and 1024 blue bytes. Source: Krizhevsky: Learning Multiple Layers of Features from
/// Tiny Images, 2009. Throws IoError naming the file when it is missing, not a whole number of
/// records, or has a label beyond 9.
RawImages read_cifar10(const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
