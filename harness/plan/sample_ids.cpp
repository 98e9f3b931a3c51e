#include "harness/plan/sample_ids.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <map>
#include <optional>

#include "harness/config/problems.h"
#include "support/error.h"

namespace ptqbench {
namespace {

/// What stands in a line before a comment, without blanks around it.
std::string content_of(const std::string& line) {
  constexpr const char* kBlanks = " \t\r";
  const auto text = line.substr(0, line.find('#'));
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<int64_t> parse_id(const std::string& text) {
  int64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return id;
}

std::string setting_or(const CellRecord& record, const std::string& key, const char* otherwise) {
  for (const auto& [name, value] : record.settings) {
    if (name == key) return setting_text(value);
  }
  return otherwise;
}

/// The ids of a list as they come in, each checked.
class IdList {
 public:
  IdList(std::string file, int64_t population) : file_(std::move(file)), population_(population) {}

  void add(const std::string& text, int line) {
    const ConfigPlace place{file_, line, 0};
    const auto id = parse_id(text);
    if (!id) return problems_.add(place, "", "expected one sample id, not " + quoted(text));
    if (*id < 0 || *id >= population_) {
      problems_.add(place, "",
                    fmt::format("{} is no sample; there are 0 to {}", *id, population_ - 1));
      return;
    }
    const auto [first, is_new] = first_lines_.try_emplace(*id, line);
    if (!is_new) {
      problems_.add(place, "",
                    fmt::format("{} is listed twice, first in line {}", *id, first->second));
    }
    ids_.push_back(*id);
  }

  std::vector<int64_t> take(int64_t count) {
    if (problems_.empty() && static_cast<int64_t>(ids_.size()) != count) {
      problems_.add({file_, 0, 0}, "",
                    fmt::format("holds {} ids, but calibration_samples is {}", ids_.size(), count));
    }
    problems_.throw_if_any();
    return std::move(ids_);
  }

 private:
  std::string file_;
  int64_t population_;
  Problems problems_;
  std::map<int64_t, int> first_lines_;
  std::vector<int64_t> ids_;
};

}  // namespace

std::string sample_ids_text(const CellRecord& record) {
  if (record.calibration_ids.empty())
    throw ConfigError("the cell has no calibration samples; it has not come so far");
  auto text = fmt::format("# {} calibration samples of {}, split {}, seed {}\n",
                          record.calibration_ids.size(), record.dataset,
                          setting_or(record, "dataset.calibration_split", "unknown"), record.seed);
  for (const int64_t id : record.calibration_ids) text += fmt::format("{}\n", id);
  return text;
}

std::vector<int64_t> read_sample_ids(const std::filesystem::path& file, int64_t population,
                                     int64_t count) {
  std::ifstream stream(file);
  if (!stream) throw IoError("cannot read the calibration ids in " + file.string());
  IdList list(file.string(), population);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const auto content = content_of(line);
    if (!content.empty()) list.add(content, number);
  }
  if (stream.bad()) throw IoError("cannot read the calibration ids in " + file.string());
  return list.take(count);
}

}  // namespace ptqbench
