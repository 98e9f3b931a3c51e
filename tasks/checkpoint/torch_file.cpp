#include "tasks/checkpoint/torch_file.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <memory>
#include <unordered_map>

#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/pickle.h"
#include "tasks/checkpoint/tensor_bytes.h"
#include "tasks/checkpoint/torch_state_dict.h"
#include "tasks/checkpoint/zip_archive.h"

namespace ptqbench {

namespace {

using Kind = PickleValue::Kind;

constexpr uint8_t kPickleStart = 0x80;
// 0x1950a86a20f9469cfc6c, little-endian.
constexpr const char* kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr int64_t kLegacyProtocol = 1001;
constexpr uint64_t kCountBytes = 8;

/// Where a storage's elements are in the file.
struct StoredBytes {
  uint64_t begin = 0;
  uint64_t size = 0;
};

/// Reads `storage` from where it is stored, as a one-dimensional tensor.
at::Tensor read_storage(const InputFile& file, const TorchStorage& storage,
                        const StoredBytes& stored, bool big_endian) {
  const auto bytes = byte_count({storage.elements}, storage.dtype);
  if (!bytes || *bytes != stored.size) {
    file.fail(fmt::format("storage {} should have {} elements of {}, its record has {} bytes",
                          in_quotes(storage.key), storage.elements, c10::toString(storage.dtype),
                          stored.size));
  }
  at::Tensor elements = torch::empty({storage.elements}, storage.dtype);
  read_elements(file, stored.begin, elements);
  if (big_endian) swap_byte_order(elements);
  return elements;
}

bool read_byte_order(const InputFile& file, const ZipArchive& archive, const std::string& folder) {
  const std::string name = folder + "byteorder";
  if (!archive.contains(name)) return false;
  const ZipEntry entry = archive.find(name);
  const std::string order =
      SequentialReader(file, entry.begin, entry.begin + entry.size).text(entry.size);
  if (order != "little" && order != "big")
    file.fail("has the unknown byte order " + in_quotes(order));
  return order == "big";
}

Pickle read_legacy_preamble(SequentialReader& reader) {
  const Pickle magic = read_pickle(reader, {});
  if (!magic.root->is(Kind::kBigInt) || magic.root->text != kLegacyMagic) {
    reader.fail("is a pickle, but not one that torch.save wrote");
  }
  const Pickle protocol = read_pickle(reader, {});
  if (!protocol.root->is(Kind::kInt) || protocol.root->integer != kLegacyProtocol) {
    reader.fail("has an unknown version of the PyTorch format");
  }
  return read_pickle(reader, {});
}

bool is_big_endian(const Pickle& system) {
  for (const auto& [key, value] : system.root->entries) {
    if (key->is(Kind::kText) && key->text == "little_endian") return value->integer == 0;
  }
  return false;
}

/// Walks over the storages at the file's end, whose places follow from the sizes of those before.
std::unordered_map<std::string, StoredBytes> find_legacy_storages(
    SequentialReader& reader, const Pickle& keys,
    const std::unordered_map<std::string, TorchStorage>& storages, bool big_endian) {
  std::unordered_map<std::string, StoredBytes> places;
  for (const PickleValue* key : keys.root->items) {
    const auto storage = storages.find(key->text);
    if (storage == storages.end()) {
      reader.fail("lists storage " + in_quotes(key->text) + ", which nothing uses");
    }
    const uint64_t stored = reader.unsigned_integer(kCountBytes);
    const uint64_t elements = big_endian ? __builtin_bswap64(stored) : stored;
    const uint64_t width = c10::elementSize(storage->second.dtype);
    if (elements > reader.remaining() / width) {
      reader.fail(fmt::format("ends early: storage {} should have {} elements",
                              in_quotes(key->text), elements));
    }
    places[key->text] = {reader.position(), elements * width};
    reader.skip(elements * width);
  }
  return places;
}

CheckpointContents contents_of(const InputFile& file, const std::shared_ptr<const Pickle>& pickle,
                               const StorageReader& read) {
  CheckpointContents contents;
  contents.entries = state_dict_entries(file, pickle, read);
  contents.foreign_globals.assign(pickle->foreign_globals.begin(), pickle->foreign_globals.end());
  return contents;
}

}  // namespace

bool looks_like_legacy_torch_file(const InputFile& file) {
  return file.size() > 0 && SequentialReader(file, 0, 1).byte() == kPickleStart;
}

CheckpointContents torch_zip_contents(const InputFile& file) {
  const auto archive = std::make_shared<const ZipArchive>(file);
  const auto folder = archive->folder_of("data.pkl");
  if (!folder) file.fail("is a ZIP archive without 'data.pkl', expected one that torch.save wrote");
  const bool big_endian = read_byte_order(file, *archive, *folder);
  const ZipEntry entry = archive->find(*folder + "data.pkl");
  SequentialReader reader(file, entry.begin, entry.begin + entry.size);
  const auto pickle = std::make_shared<const Pickle>(read_pickle(reader, torch_globals()));

  const auto read = [&file, archive, folder = *folder, big_endian](const TorchStorage& storage) {
    const ZipEntry record = archive->find(folder + "data/" + storage.key);
    return read_storage(file, storage, {record.begin, record.size}, big_endian);
  };
  return contents_of(file, pickle, read);
}

CheckpointContents torch_legacy_contents(const InputFile& file) {
  SequentialReader reader(file, 0, file.size());
  const bool big_endian = is_big_endian(read_legacy_preamble(reader));
  const auto pickle = std::make_shared<const Pickle>(read_pickle(reader, torch_globals()));
  const Pickle keys = read_pickle(reader, {});
  const auto places =
      find_legacy_storages(reader, keys, torch_storages(file, *pickle), big_endian);

  const auto read = [&file, places, big_endian](const TorchStorage& storage) {
    const auto place = places.find(storage.key);
    if (place == places.end()) file.fail("has no storage " + in_quotes(storage.key));
    return read_storage(file, storage, place->second, big_endian);
  };
  return contents_of(file, pickle, read);
}

}  // namespace ptqbench
