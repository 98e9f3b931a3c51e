#include "tasks/text/text_datasets.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/text/glue.h"
#include "tasks/text/squad.h"
#include "tasks/text/wordnet.h"
#include "tasks/text/wordnet_gloss.h"
#include "tasks/text/wordnet_questions.h"

namespace ptqbench {
namespace {

constexpr const char* kGluePrefix = "glue_";

/// MNLI is evaluated on two sets: of the genres of the training split, and of others.
constexpr const char* kMnli = "mnli";
constexpr const char* kMatched = "_matched";
constexpr const char* kMismatched = "_mismatched";

void add_mnli(std::vector<TextDatasetInfo>& all, const GlueTask& task, int64_t training_samples) {
  for (const auto& [ending, samples] :
       {std::pair(kMatched, int64_t{9815}), std::pair(kMismatched, int64_t{9832})}) {
    all.push_back(
        {kGluePrefix + task.name + ending,
         fmt::format("MNLI of GLUE, evaluated on dev{} (root: the folder with MNLI/)", ending),
         task.metrics, static_cast<int64_t>(task.classes.size()), training_samples, samples});
  }
}

std::vector<TextDatasetInfo> make_text_datasets() {
  std::vector<TextDatasetInfo> all = {
      {"wordnet_gloss",
       "definitions of WordNet 3.0 in 45 classes (Debian package wordnet-base)",
       {"accuracy"},
       static_cast<int64_t>(wordnet_class_names().size()),
       105816,
       11843}};
  // Rows of the official files (Wang et al. 2018, arXiv:1804.07461, table 1) that have a label.
  const std::vector<std::pair<int64_t, int64_t>> sizes = {
      {8551, 1043},    {392702, 9815}, {3668, 408},  {104743, 5463},
      {363846, 40430}, {2490, 277},    {67349, 872}, {5749, 1500}};
  for (size_t i = 0; i < glue_tasks().size(); ++i) {
    const auto& task = glue_tasks()[i];
    if (task.name == kMnli) {
      add_mnli(all, task, sizes.at(i).first);
      continue;
    }
    all.push_back({kGluePrefix + task.name,
                   fmt::format("{} of GLUE (root: the folder with {}/)", task.folder, task.folder),
                   task.metrics, static_cast<int64_t>(task.classes.size()), sizes.at(i).first,
                   sizes.at(i).second});
  }
  for (auto& info : all) {
    if (info.name.rfind(kGluePrefix, 0) == 0) info.evaluation_split = "dev";
  }
  return all;
}

const TextDatasetInfo& find(const std::vector<TextDatasetInfo>& all, const std::string& name,
                            const char* what) {
  std::vector<std::string> names;
  for (const auto& info : all) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  throw ConfigError(
      fmt::format("'{}' is no data set of {}{}", name, what, valid_names_hint(name, names)));
}

void require_no_image_options(const DatasetOptions& options) {
  require_no_picture_options(options);
  require_no_box_options(options);
  if (options.label_file.empty() && options.classes == 0 && options.resize == 0 &&
      options.crop == 0 && options.mean.empty() && options.std.empty())
    return;
  throw ConfigError(fmt::format(
      "data set '{}' holds texts: label_file, classes, resize, crop, mean and std are for images",
      options.name));
}

void require_root(const DatasetOptions& options, const std::string& content) {
  if (!options.root.empty()) return;
  throw ConfigError(
      fmt::format("data set '{}' needs root, the folder with {}", options.name, content));
}

void require_split(const DatasetOptions& options, const std::string& split,
                   const std::vector<std::string>& splits) {
  if (std::count(splits.begin(), splits.end(), split) != 0) return;
  if (split == "test") {
    throw ConfigError(
        fmt::format("data set '{}': the labels of split 'test' are not public; expected one of {}",
                    options.name, join(splits)));
  }
  throw ConfigError(fmt::format("data set '{}' has no split '{}'{}", options.name, split,
                                valid_names_hint(split, splits)));
}

/// The GLUE task of a data set whose name begins with kGluePrefix.
GlueTask glue_task_of(const std::string& dataset) {
  const auto name = dataset.substr(std::string(kGluePrefix).size());
  return glue_task(name.rfind(kMnli, 0) == 0 ? kMnli : name);
}

/// The file of a split: MNLI's evaluation splits have names of their own.
std::string glue_file(const std::string& dataset, const std::string& split) {
  const auto name = dataset.substr(std::string(kGluePrefix).size());
  const bool mnli = name.rfind(kMnli, 0) == 0;
  return mnli && split == "dev" ? split + name.substr(std::string(kMnli).size()) : split;
}

std::string root_of(const DatasetOptions& options) {
  return options.root.empty() ? wordnet_root() : options.root;
}

}  // namespace

const std::vector<TextDatasetInfo>& text_datasets() {
  static const auto all = make_text_datasets();
  return all;
}

const std::vector<TextDatasetInfo>& question_datasets() {
  static const std::vector<TextDatasetInfo> all = {
      {"wordnet_questions",
       "which of four entries of WordNet 3.0 is of a category (Debian package wordnet-base)",
       {"exact_match", "f1"},
       0,
       kWordnetTrainQuestions,
       kWordnetTestQuestions},
      {"squad_v1",
       "SQuAD 1.1 (root: the folder with train-v1.1.json and dev-v1.1.json)",
       {"f1", "exact_match"},
       0,
       87599,
       10570,
       "dev"},
      {"squad_v2",
       "SQuAD 2.0 (root: the folder with train-v2.0.json and dev-v2.0.json)",
       {"f1", "exact_match"},
       0,
       130319,
       11873,
       "dev"},
  };
  return all;
}

const TextDatasetInfo& text_dataset_info(const std::string& name) {
  return find(text_datasets(), name, "labelled texts");
}

const TextDatasetInfo& question_dataset_info(const std::string& name) {
  return find(question_datasets(), name, "questions");
}

std::string default_evaluation_split(const std::string& dataset) {
  for (const auto* infos : {&text_datasets(), &question_datasets()}) {
    for (const auto& info : *infos) {
      if (info.name == dataset) return info.evaluation_split;
    }
  }
  return DatasetOptions().evaluation_split;
}

std::vector<std::string> text_class_names(const std::string& dataset) {
  text_dataset_info(dataset);
  return dataset == "wordnet_gloss" ? wordnet_class_names() : glue_task_of(dataset).classes;
}

TextDataset make_text_dataset(const DatasetOptions& options, const std::string& split,
                              std::vector<std::string>* problems) {
  text_dataset_info(options.name);
  require_no_image_options(options);
  if (options.name == "wordnet_gloss") {
    require_no_table_options(options);
    return wordnet_glosses(root_of(options), split);
  }
  const GlueTask task = glue_task_of(options.name);
  require_root(options, task.folder + "/");
  require_split(options, split, {"train", "dev"});
  const auto quoting = options.quoting == "csv" ? TableQuoting::kCsv : TableQuoting::kNone;
  return read_glue(options.root, task, glue_file(options.name, split), quoting, problems).data;
}

QuestionDataset make_question_dataset(const DatasetOptions& options, const std::string& split,
                                      std::vector<std::string>* problems) {
  question_dataset_info(options.name);
  require_no_image_options(options);
  require_no_table_options(options);
  if (options.name == "wordnet_questions") return wordnet_questions(root_of(options), split);
  const std::string version = options.name == "squad_v1" ? "v1.1" : "v2.0";
  require_root(options, "train-" + version + ".json and dev-" + version + ".json");
  require_split(options, split, {"train", "dev"});
  return read_squad(std::filesystem::path(options.root) / (split + "-" + version + ".json"),
                    problems);
}

}  // namespace ptqbench
