#include "tasks/data/json_file.h"

#include <fmt/format.h>

#include <string>

#include "support/error.h"
#include "tasks/data/file.h"

namespace ptqbench {

nlohmann::json read_json_file(const std::filesystem::path& path, size_t max_bytes,
                              const nlohmann::json::parser_callback_t& keep) {
  const auto bytes = read_file(path, max_bytes);
  try {
    return nlohmann::json::parse(bytes.begin(), bytes.end(), keep);
  } catch (const nlohmann::json::exception& error) {
    // The library's text begins with a code in brackets and goes on with line and column.
    const std::string text = error.what();
    const size_t code_end = text.find("] ");
    throw IoError(fmt::format("{}: not valid JSON: {}", path.string(),
                              code_end == std::string::npos ? text : text.substr(code_end + 2)));
  }
}

}  // namespace ptqbench
