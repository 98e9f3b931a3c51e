#include "tasks/data/cifar10.h"

#include <fmt/format.h>

#include <vector>

#include "support/error.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

constexpr int kSide = 32;
constexpr size_t kImageBytes = size_t{3} * kSide * kSide;
constexpr size_t kRecordBytes = 1 + kImageBytes;
/// Ten times the official 10000 records.
constexpr size_t kMaxFileBytes = 100000 * kRecordBytes;

std::vector<std::string> file_names(const std::string& split) {
  if (split == "test") return {"test_batch.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
          "data_batch_5.bin"};
}

void append_records(const std::filesystem::path& path, RawImages& images) {
  const std::vector<uint8_t> bytes = read_file(path, kMaxFileBytes);
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) {
    throw IoError(
        fmt::format("'{}' has {} bytes; expected a multiple of {} (the binary version of CIFAR-10: "
                    "a label byte and 3x32x32 "
                    "pixels a record)",
                    path.string(), bytes.size(), kRecordBytes));
  }
  for (size_t offset = 0; offset < bytes.size(); offset += kRecordBytes) {
    if (bytes[offset] >= kCifar10Classes) {
      throw IoError(fmt::format("'{}': label {} of record {} is not in 0..{}", path.string(),
                                bytes[offset], offset / kRecordBytes, kCifar10Classes - 1));
    }
    images.labels.push_back(bytes[offset]);
    const auto pixels = bytes.begin() + static_cast<std::ptrdiff_t>(offset + 1);
    images.pixels.insert(images.pixels.end(), pixels, pixels + kImageBytes);
  }
}

}  // namespace

RawImages read_cifar10(const std::filesystem::path& root, const std::string& split) {
  RawImages images;
  images.channels = 3;
  images.height = kSide;
  images.width = kSide;
  for (const auto& name : file_names(split)) {
    const auto path = root / name;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      throw IoError(fmt::format(
          "cifar10: '{}' does not exist; root must be the folder of the binary version of CIFAR-10 "
          "(cifar-10-batches-bin) with data_batch_1.bin to data_batch_5.bin and test_batch.bin",
          path.string()));
    }
    append_records(path, images);
  }
  return images;
}

}  // namespace ptqbench
