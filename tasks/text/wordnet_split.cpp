#include "tasks/text/wordnet_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/content_hash.h"

namespace ptqbench {
namespace {

/// One entry in this many is for testing.
constexpr uint64_t kTestShare = 10;

bool is_kept(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80;
}

bool in_test_split(std::string_view hash) {
  constexpr size_t kDigits = 15;
  return std::stoull(std::string(hash.substr(0, kDigits)), nullptr, 16) % kTestShare == 0;
}

}  // namespace

std::string normalised_gloss(const std::string& gloss) {
  std::string text;
  bool gap = false;
  for (char byte : gloss) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
    if (!is_kept(static_cast<unsigned char>(byte))) {
      gap = true;
      continue;
    }
    if (gap && !text.empty()) text += ' ';
    gap = false;
    text += byte;
  }
  return text;
}

std::vector<WordnetEntry> read_wordnet_split(const std::filesystem::path& root,
                                             const std::string& split) {
  const std::vector<std::string> splits = {"train", "test"};
  if (std::find(splits.begin(), splits.end(), split) == splits.end()) {
    throw ConfigError(
        fmt::format("WordNet has no split '{}'{}", split, valid_names_hint(split, splits)));
  }
  std::vector<std::pair<std::string, WordnetEntry>> chosen;
  for (auto& entry : read_wordnet(root)) {
    std::string hash = sha256_text(normalised_gloss(entry.gloss));
    if (in_test_split(hash) == (split == "test")) {
      chosen.emplace_back(std::move(hash), std::move(entry));
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<WordnetEntry> entries;
  entries.reserve(chosen.size());
  for (auto& [hash, entry] : chosen) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace ptqbench
