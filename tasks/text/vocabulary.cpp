#include "tasks/text/vocabulary.h"

#include <fmt/format.h>

#include <utility>

#include "support/error.h"
#include "tasks/data/file.h"
#include "tasks/text/text_lines.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxVocabularyBytes = size_t{1} << 28;

/// What is wrong with a list of tokens; `index`: with which of them, if it is one.
struct Problem {
  std::optional<size_t> index;
  std::string message;
};

std::optional<Problem> find_problem(const std::vector<std::string>& tokens) {
  if (tokens.empty()) return Problem{std::nullopt, "no tokens"};
  std::unordered_map<std::string_view, size_t> seen;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].empty()) return Problem{i, fmt::format("token {} is empty", i)};
    const auto [earlier, is_new] = seen.emplace(tokens[i], i);
    if (!is_new) {
      return Problem{
          i, fmt::format("token {} is '{}', as token {} is", i, tokens[i], earlier->second)};
    }
  }
  for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]"}) {
    if (seen.count(special) == 0)
      return Problem{std::nullopt, fmt::format("the special token {} is missing", special)};
  }
  return std::nullopt;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> tokens)
    : tokens_(std::make_shared<const std::vector<std::string>>(std::move(tokens))) {
  if (const auto problem = find_problem(*tokens_))
    throw ConfigError("vocabulary: " + problem->message);
  ids_.reserve(tokens_->size());
  for (size_t i = 0; i < tokens_->size(); ++i) ids_.emplace((*tokens_)[i], i);
  padding_ = ids_.at("[PAD]");
  unknown_ = ids_.at("[UNK]");
  classification_ = ids_.at("[CLS]");
  separator_ = ids_.at("[SEP]");
}

std::optional<int64_t> Vocabulary::find(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

Vocabulary read_vocabulary(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxVocabularyBytes);
  const auto lines = text_lines({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::vector<std::string> tokens(lines.begin(), lines.end());
  if (const auto problem = find_problem(tokens)) {
    const std::string line = problem->index ? fmt::format(":{}", *problem->index + 1) : "";
    throw IoError(fmt::format("{}{}: {}", path.string(), line, problem->message));
  }
  return Vocabulary(std::move(tokens));
}

}  // namespace ptqbench
