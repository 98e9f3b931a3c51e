#include "tasks/text/wordnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "support/error.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

/// Seven times the largest file of WordNet 3.0.
constexpr size_t kMaxFileBytes = size_t{100} << 20;

struct DataFile {
  const char* name;
  /// Synset types that its lines may have.
  const char* types;
};

constexpr DataFile kDataFiles[] = {
    {"data.noun", "n"}, {"data.verb", "v"}, {"data.adj", "as"}, {"data.adv", "r"}};

/// One line, and where it stands for messages.
struct Line {
  std::string_view text;
  const std::filesystem::path& path;
  int64_t number;

  [[noreturn]] void fail(const std::string& reason) const {
    throw IoError(fmt::format("{}:{}: {}", path.string(), number, reason));
  }
};

/// Takes the next field off a line; fields are separated by single spaces.
std::string_view take_field(std::string_view& rest) {
  const size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

int64_t take_number(const Line& line, std::string_view& rest, int base, const char* what) {
  const std::string_view field = take_field(rest);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
  if (error != std::errc() || end != field.data() + field.size() || value < 0) {
    line.fail(fmt::format("expected {}, found '{}'", what, field));
  }
  return value;
}

/// "galore(ip)" is galore: where an adjective may stand is no part of it.
std::string readable_word(std::string_view field) {
  for (const std::string_view marker : {"(p)", "(a)", "(ip)"}) {
    if (field.size() > marker.size() && field.substr(field.size() - marker.size()) == marker) {
      field.remove_suffix(marker.size());
      break;
    }
  }
  std::string word(field);
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \r") + 1 - first);
}

std::string_view without_examples(std::string_view gloss) {
  constexpr std::string_view kSeparators = ";:,";
  size_t end = gloss.size();
  for (size_t quote = gloss.find('"'); quote != std::string_view::npos;
       quote = gloss.find('"', quote + 1)) {
    const std::string_view before = trimmed(gloss.substr(0, quote));
    if (!before.empty() && kSeparators.find(before.back()) != std::string_view::npos) {
      end = quote;
      break;
    }
  }
  std::string_view definition = trimmed(gloss.substr(0, end));
  while (!definition.empty() && kSeparators.find(definition.back()) != std::string_view::npos) {
    definition = trimmed(definition.substr(0, definition.size() - 1));
  }
  return definition;
}

WordnetEntry parse(const Line& line, const DataFile& file) {
  WordnetEntry entry;
  std::string_view rest = line.text;
  take_number(line, rest, 10, "the offset of the entry");
  const auto classes = static_cast<int64_t>(wordnet_class_names().size());
  entry.lexicographer_file = take_number(line, rest, 10, "the number of a lexicographer file");
  if (entry.lexicographer_file >= classes) {
    line.fail(fmt::format("expected the number of a lexicographer file, 0 to {}, found {}",
                          classes - 1, entry.lexicographer_file));
  }
  const std::string_view type = take_field(rest);
  if (type.size() != 1 || std::string_view(file.types).find(type) == std::string_view::npos) {
    line.fail(
        fmt::format("expected the type of an entry, one of '{}', found '{}'", file.types, type));
  }
  const int64_t words = take_number(line, rest, 16, "the number of words");
  if (words == 0) line.fail("the entry has no words");
  for (int64_t i = 0; i < words; ++i) {
    entry.words.push_back(readable_word(take_field(rest)));
    if (entry.words.back().empty()) line.fail(fmt::format("{} of {} words are there", i, words));
    take_number(line, rest, 16, "the number of a word's sense");
  }
  const size_t bar = rest.find("| ");
  if (bar == std::string_view::npos) line.fail("there is no gloss, which '| ' begins");
  entry.gloss = without_examples(rest.substr(bar + 2));
  if (entry.gloss.empty()) line.fail("the gloss has no definition");
  return entry;
}

/// Lines that begin with two spaces are the licence.
bool is_licence(std::string_view line) { return line.substr(0, 2) == "  "; }

void append_entries(const std::filesystem::path& root, const DataFile& file,
                    std::vector<WordnetEntry>& entries) {
  const std::filesystem::path path = root / file.name;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw IoError(
        fmt::format("wordnet: '{}' does not exist; install the Debian package wordnet-base, or set "
                    "root to the folder with data.noun, data.verb, data.adj and data.adv",
                    path.string()));
  }
  const std::vector<uint8_t> bytes = read_file(path, kMaxFileBytes);
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t before = entries.size();
  for (int64_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = rest.substr(0, end);
    if (!is_licence(text)) entries.push_back(parse({text, path, number}, file));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (entries.size() == before) throw IoError(fmt::format("'{}' has no entries", path.string()));
}

}  // namespace

const std::vector<std::string>& wordnet_class_names() {
  static const std::vector<std::string> names = {
      "adj.all",          "adj.pert",           "adv.all",
      "noun.Tops",        "noun.act",           "noun.animal",
      "noun.artifact",    "noun.attribute",     "noun.body",
      "noun.cognition",   "noun.communication", "noun.event",
      "noun.feeling",     "noun.food",          "noun.group",
      "noun.location",    "noun.motive",        "noun.object",
      "noun.person",      "noun.phenomenon",    "noun.plant",
      "noun.possession",  "noun.process",       "noun.quantity",
      "noun.relation",    "noun.shape",         "noun.state",
      "noun.substance",   "noun.time",          "verb.body",
      "verb.change",      "verb.cognition",     "verb.communication",
      "verb.competition", "verb.consumption",   "verb.contact",
      "verb.creation",    "verb.emotion",       "verb.motion",
      "verb.perception",  "verb.possession",    "verb.social",
      "verb.stative",     "verb.weather",       "adj.ppl"};
  return names;
}

std::vector<WordnetEntry> read_wordnet(const std::filesystem::path& root) {
  std::vector<WordnetEntry> entries;
  for (const auto& file : kDataFiles) append_entries(root, file, entries);
  return entries;
}

}  // namespace ptqbench
