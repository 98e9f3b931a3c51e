#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// A task of GLUE (Wang et al.: GLUE: A Multi-Task Benchmark and Analysis Platform for Natural
/// Language Understanding, 2018, arXiv 1804.07461), and how its files are laid out.
struct GlueTask {
  /// As in Hugging Face's data sets, such as "sst2".
  std::string name;
  /// Of the official archive, such as "SST-2".
  std::string folder;
  /// Columns of the texts; `second_column` is empty where there is one text.
  std::string first_column;
  std::string second_column;
  std::string label_column;
  /// In the order of Hugging Face's data sets, which their checkpoints follow. Empty: regression.
  std::vector<std::string> classes;
  /// "accuracy", "f1", "matthews", "pearson" and "spearman": those that the benchmark reports, its
  /// first one first.
  std::vector<std::string> metrics;
  /// Names of the labelled files to evaluate on, without ".tsv".
  std::vector<std::string> evaluation_splits;

  bool is_pair() const { return !second_column.empty(); }
  bool is_regression() const { return classes.empty(); }
};

/// CoLA, MNLI, MRPC, QNLI, QQP, RTE, SST-2 and STS-B.
const std::vector<GlueTask>& glue_tasks();

/// Throws ConfigError with the nearest names when there is none of this name.
const GlueTask& glue_task(const std::string& name);

}  // namespace ptqbench
