#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ptqbench {

/// The tokens of a model, numbered from 0, with the four special tokens that BERT's inputs need:
/// [PAD], [UNK], [CLS] and [SEP].
class Vocabulary {
 public:
  /// Throws ConfigError naming the token when one is empty or there twice, or a special one is
  /// missing.
  explicit Vocabulary(std::vector<std::string> tokens);

  int64_t size() const { return static_cast<int64_t>(tokens_->size()); }
  /// `id` must be in 0..size()-1.
  const std::string& token(int64_t id) const { return tokens_->at(static_cast<size_t>(id)); }
  const std::vector<std::string>& tokens() const { return *tokens_; }
  std::optional<int64_t> find(std::string_view token) const;

  int64_t padding() const { return padding_; }
  int64_t unknown() const { return unknown_; }
  int64_t classification() const { return classification_; }
  int64_t separator() const { return separator_; }

 private:
  /// Shared by copies, since the keys of `ids_` point into it.
  std::shared_ptr<const std::vector<std::string>> tokens_;
  std::unordered_map<std::string_view, int64_t> ids_;
  int64_t padding_ = 0;
  int64_t unknown_ = 0;
  int64_t classification_ = 0;
  int64_t separator_ = 0;
};

/// Reads a `vocab.txt`: one token a line, the first has number 0. Lines may end as on Windows.
/// Throws IoError with file and line when the file is missing, has no tokens, or one of them is
/// empty or there twice; and when a special token is missing.
Vocabulary read_vocabulary(const std::filesystem::path& path);

}  // namespace ptqbench
