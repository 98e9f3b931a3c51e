#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/error.h"
#include "tasks/models/bert.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

constexpr int64_t kLargestSize = 10'000'000;

Json parse_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw IoError("cannot read the model's sizes from " + path.string());
  auto json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw IoError(path.string() + " holds no JSON object");
  return json;
}

void read_size(const Json& json, const char* key, int64_t& size,
               const std::filesystem::path& path) {
  const auto found = json.find(key);
  if (found == json.end()) return;
  const bool good = found->is_number_integer() && *found > 0 && *found <= kLargestSize;
  if (!good) {
    throw IoError(fmt::format("{}: {} is {}, expected an integer from 1 to {}", path.string(), key,
                              found->dump(), kLargestSize));
  }
  size = *found;
}

void require_value(const Json& json, const char* key, const std::string& only,
                   const std::filesystem::path& path) {
  const auto found = json.find(key);
  if (found == json.end() || *found == only) return;
  throw IoError(fmt::format("{}: {} is {}, but only \"{}\" is built here", path.string(), key,
                            found->dump(), only));
}

}  // namespace

BertConfig read_bert_config(const std::filesystem::path& path) {
  const Json json = parse_file(path);
  require_value(json, "model_type", "bert", path);
  require_value(json, "hidden_act", "gelu", path);
  require_value(json, "position_embedding_type", "absolute", path);
  BertConfig config;
  read_size(json, "vocab_size", config.vocab_size, path);
  read_size(json, "hidden_size", config.hidden_size, path);
  read_size(json, "num_hidden_layers", config.num_hidden_layers, path);
  read_size(json, "num_attention_heads", config.num_attention_heads, path);
  read_size(json, "intermediate_size", config.intermediate_size, path);
  read_size(json, "max_position_embeddings", config.max_position_embeddings, path);
  read_size(json, "type_vocab_size", config.type_vocab_size, path);
  const auto eps = json.find("layer_norm_eps");
  if (eps != json.end()) {
    if (!eps->is_number() || *eps <= 0)
      throw IoError(fmt::format("{}: layer_norm_eps is {}", path.string(), eps->dump()));
    config.layer_norm_eps = *eps;
  }
  if (config.hidden_size % config.num_attention_heads != 0) {
    throw IoError(fmt::format("{}: hidden_size {} is no multiple of num_attention_heads {}",
                              path.string(), config.hidden_size, config.num_attention_heads));
  }
  return config;
}

}  // namespace ptqbench
