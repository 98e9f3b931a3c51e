#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// The metric of numbers whose source does not say which it is; they stand beside any.
constexpr const char* kUnstatedMetric = "reported_score";

/// The method of full-precision numbers.
constexpr const char* kFullPrecisionMethod = "fp";

/// How near a published number is to who measured it, nearest first.
enum class SourceKind {
  /// The authors' own paper, code repository or documentation.
  kPrimary,
  /// Told by an author in an issue.
  kAuthorInIssue,
  /// The paper, quoted by somebody else in an issue.
  kQuotedInIssue,
  /// Re-reported by another paper or a summary.
  kSecondary,
  /// Somebody else's own run of the method.
  kUserReport,
};

/// "primary", "author_in_issue", ...; what the files and tables say.
std::string source_kind_name(SourceKind kind);
std::vector<std::string> source_kind_names();
/// Throws std::invalid_argument on another name.
SourceKind source_kind_from_name(const std::string& name);

/// Names and what they say, in the order of the file.
using PublishedFields = std::vector<std::pair<std::string, std::string>>;

/// A setting that a number was measured with and the values of the cells it can stand beside.
struct PublishedSetting {
  std::string name;
  std::vector<std::string> values;
};

/// One number of a table.
struct PublishedValue {
  std::string model;
  /// kFullPrecisionMethod: the full-precision model.
  std::string method;
  CellBits bits;
  double value = 0;
  /// Standard deviation over runs; NaN where none is given.
  double standard_deviation = std::numeric_limits<double>::quiet_NaN();
  /// What else the source says of this number: "weight_observer" -> "MSE".
  PublishedFields details;
  /// Beyond those of the table, or instead of them.
  std::vector<PublishedSetting> settings;
};

struct PublishedTable {
  /// Unique among all papers.
  std::string id;
  std::string caption;
  std::string task;
  std::string dataset;
  std::string metric;
  bool higher_is_better = true;
  SourceKind source_kind = SourceKind::kSecondary;
  /// Where it was read: "repository" -> "wimh966/QDrop", "page" -> an address.
  PublishedFields source;
  /// How it was measured, nested names joined by dots: "calibration.size" -> "1024".
  PublishedFields protocol;
  std::vector<PublishedSetting> settings;
  /// Notes, warnings and footnotes.
  std::vector<std::string> remarks;
  std::vector<PublishedValue> values;
};

struct PublishedPaper {
  std::string key;
  std::string title;
  std::vector<std::string> authors;
  std::optional<int64_t> year;
  /// Empty where unknown.
  std::string venue;
  std::string arxiv;
  std::vector<std::string> remarks;
  std::vector<PublishedTable> tables;
};

using PublishedPapers = std::vector<PublishedPaper>;

/// A number in its place; points into the papers it was found in.
struct PublishedReference {
  const PublishedPaper* paper = nullptr;
  const PublishedTable* table = nullptr;
  const PublishedValue* value = nullptr;
};

/// Which numbers; an empty text allows all.
struct PublishedFilter {
  std::string paper;
  std::string table;
  /// Name of the task ("image_classification") or of the data set ("imagenet").
  std::string task;
  std::string model;
  std::string method;
};

/// All numbers that pass, in the order of the papers.
std::vector<PublishedReference> find_published(const PublishedPapers& papers,
                                               const PublishedFilter& filter);

/// What a sweep may say that it reproduces: table ids, and keys of papers for all their tables.
std::vector<std::string> reproducible_names(const PublishedPapers& papers);

/// What of a finished cell decides which published numbers stand beside it.
struct ComparedCell {
  std::string dataset;
  std::string metric;
  std::string model;
  /// kFullPrecisionMethod for the full-precision metric.
  std::string method;
  CellBits bits;
  /// The cell's settings under their configuration names: "first_last" -> "qdrop".
  PublishedFields settings;
};

/// A table in its place; points into the papers it was found in.
struct ReproducedTable {
  const PublishedPaper* paper = nullptr;
  const PublishedTable* table = nullptr;
};

/// The tables that `reproduces` names, none twice: nearest source first, then in the order of
/// `reproduces`, then of the file. Names of no table or paper are passed over.
std::vector<ReproducedTable> reproduced_tables(const PublishedPapers& papers,
                                               const std::vector<std::string>& reproduces);

/// The published numbers to show beside a cell: those for the same data set, metric, model, method
/// and bits from the tables that `reproduces` names (see `reproducible_names`; other names match
/// nothing). A number whose source states settings stands only beside cells that have these
/// settings; the full-precision number beside any. Nearest source first, then in the order of
/// `reproduces`, then of the file; none twice.
std::vector<PublishedReference> references_for(const PublishedPapers& papers,
                                               const ComparedCell& cell,
                                               const std::vector<std::string>& reproduces);

}  // namespace ptqbench
