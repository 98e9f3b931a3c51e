#include "harness/published/published_reader.h"

#include <algorithm>
#include <map>

#include "harness/config/yaml_reader.h"

namespace ptqbench {
namespace {

using Kind = YamlValue::Kind;

/// What a row may say besides its number, for the reader of the listing.
const std::vector<std::string> kDetails = {"grid",
                                           "weight_granularity",
                                           "weight_observer",
                                           "activation_observer",
                                           "backend",
                                           "calibration_size",
                                           "first_layer_output_bits",
                                           "first_last_8bit",
                                           "learning_rates",
                                           "run",
                                           "gain_over_qdrop_as_stated",
                                           "label_as_posted",
                                           "footnote",
                                           "note"};

std::string text_of(const std::optional<YamlReader>& reader) {
  return reader ? reader->text().value_or("") : "";
}

std::string required_text(YamlMapReader& map, const std::string& key) {
  const auto found = map.required(key);
  const std::string text = text_of(found);
  if (found && text.empty() && found->is(Kind::kScalar)) found->problem("expected some text");
  return text;
}

/// Empty for a key that is missing or null.
std::string optional_text(YamlMapReader& map, const std::string& key) {
  const auto found = map.optional(key);
  return found && !found->is(Kind::kNull) ? text_of(found) : "";
}

std::vector<std::string> texts(const std::vector<YamlReader>& readers) {
  std::vector<std::string> all;
  for (const auto& reader : readers) all.push_back(reader.text().value_or(""));
  return all;
}

/// The lines under `keys`, each a text or a list of texts.
std::vector<std::string> read_remarks(YamlMapReader& map, const std::vector<std::string>& keys) {
  std::vector<std::string> remarks;
  for (const auto& key : keys) {
    const auto found = map.optional(key);
    if (!found) continue;
    for (auto& text : texts(found->one_or_more())) remarks.push_back(std::move(text));
  }
  return remarks;
}

/// Free text with names, of any depth.
void flatten(const YamlValue& value, const std::string& path, PublishedFields& fields) {
  switch (value.kind) {
    case Kind::kNull:
      break;
    case Kind::kScalar:
      fields.emplace_back(path, value.text);
      break;
    case Kind::kList: {
      std::string joined;
      for (const auto& item : value.items) joined += (joined.empty() ? "" : ", ") + item.text;
      fields.emplace_back(path, joined);
      break;
    }
    case Kind::kMap:
      for (const auto& entry : value.entries)
        flatten(entry.value, path.empty() ? entry.key : path + "." + entry.key, fields);
      break;
  }
}

PublishedFields read_fields(const YamlReader& reader) {
  const YamlMapReader map(reader);
  PublishedFields fields;
  if (reader.is(Kind::kMap)) flatten(reader.value(), "", fields);
  return fields;
}

std::vector<PublishedSetting> read_settings(YamlMapReader& map) {
  std::vector<PublishedSetting> settings;
  const auto found = map.optional("settings");
  if (!found) return settings;
  YamlMapReader entries(*found);
  for (const auto& entry : found->value().entries) {
    const auto values = entries.optional(entry.key)->one_or_more();
    if (values.empty()) entries.optional(entry.key)->problem("expected at least one value");
    settings.push_back({entry.key, texts(values)});
  }
  return settings;
}

int64_t read_bits(YamlMapReader& map, const std::string& key) {
  const auto found = map.required(key);
  return found ? found->integer({1, kNotQuantized}).value_or(0) : 0;
}

PublishedValue read_value(const YamlReader& reader) {
  YamlMapReader map(reader);
  PublishedValue value;
  value.model = required_text(map, "model");
  value.method = required_text(map, "method");
  value.bits.weights = read_bits(map, "weight_bits");
  value.bits.activations = read_bits(map, "activation_bits");
  if (const auto embeddings = map.optional("embedding_bits"))
    value.bits.embeddings = embeddings->integer({1, kNotQuantized}).value_or(0);
  if (const auto number = map.required("value")) value.value = number->number().value_or(0);
  if (const auto std = map.optional("std"))
    value.standard_deviation = std->number({0}).value_or(value.standard_deviation);
  value.settings = read_settings(map);
  for (const auto& key : kDetails) {
    if (const auto detail = map.optional(key))
      value.details.emplace_back(key, detail->text().value_or(""));
  }
  map.reject_unknown_keys();
  return value;
}

PublishedTable read_table(const YamlReader& reader) {
  YamlMapReader map(reader);
  PublishedTable table;
  table.id = required_text(map, "id");
  table.caption = required_text(map, "caption");
  table.task = required_text(map, "task");
  table.dataset = required_text(map, "dataset");
  table.metric = required_text(map, "metric");
  if (const auto higher = map.required("higher_is_better"))
    table.higher_is_better = higher->boolean().value_or(true);
  if (const auto kind = map.required("source_kind")) {
    if (const auto name = kind->choice("kind of source", source_kind_names()))
      table.source_kind = source_kind_from_name(*name);
  }
  if (const auto source = map.required("source")) {
    table.source = read_fields(*source);
    if (table.source.empty()) source->problem("expected at least one of page, repository, ...");
  }
  if (const auto protocol = map.required("protocol")) table.protocol = read_fields(*protocol);
  table.settings = read_settings(map);
  table.remarks = read_remarks(map, {"note", "warning", "footnotes", "cross_checks"});
  // The numbers that a user's report is held against; the paper's own table has them.
  map.optional("published");
  if (const auto rows = map.required("rows")) {
    for (const auto& row : rows->items()) table.values.push_back(read_value(row));
    if (rows->value().items.empty()) rows->problem("expected at least one row");
  }
  map.reject_unknown_keys();
  return table;
}

/// Tables by id, over all files.
using Places = std::map<std::string, ConfigPlace>;

void check_id(const YamlReader& reader, const PublishedTable& table, Places& places) {
  if (table.id.empty()) return;
  const auto [first, added] = places.emplace(table.id, reader.place());
  if (!added)
    reader.problem("the id " + quoted(table.id) + " is used twice (first at " +
                   to_string(first->second) + ")");
}

void read_head(const YamlReader& reader, PublishedPaper& paper) {
  YamlMapReader map(reader);
  paper.key = required_text(map, "key");
  paper.title = required_text(map, "title");
  const auto authors = map.optional("authors");
  if (authors) paper.authors = texts(authors->items());
  const auto year = map.optional("year");
  if (year && !year->is(Kind::kNull)) paper.year = year->integer({1900, 2200});
  paper.venue = optional_text(map, "venue");
  paper.arxiv = optional_text(map, "arxiv");
  map.reject_unknown_keys();
}

PublishedPaper read_paper(const YamlReader& reader, Places& places) {
  YamlMapReader map(reader);
  PublishedPaper paper;
  if (const auto head = map.required("paper")) read_head(*head, paper);
  if (const auto tables = map.required("tables")) {
    for (const auto& item : tables->items()) {
      paper.tables.push_back(read_table(item));
      check_id(item, paper.tables.back(), places);
    }
  }
  paper.remarks = read_remarks(map, {"notes", "conflicts"});
  // Free text for who extends the file.
  for (const char* key : {"protocol_other", "protocol_defaults", "statements", "wanted_not_found"})
    map.optional(key);
  map.reject_unknown_keys();
  return paper;
}

}  // namespace

PublishedPapers read_published(const std::vector<PublishedFile>& files) {
  Problems problems;
  Places places;
  PublishedPapers papers;
  for (const auto& file : files) {
    const auto value = parse_yaml(file.text, file.name, problems);
    if (!value) continue;
    papers.push_back(read_paper(YamlReader(*value, "", problems), places));
  }
  problems.throw_if_any();
  return papers;
}

PublishedPapers shipped_published() { return read_published(shipped_published_files()); }

}  // namespace ptqbench
