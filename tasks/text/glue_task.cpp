#include "tasks/text/glue_task.h"

#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {

const std::vector<GlueTask>& glue_tasks() {
  static const std::vector<std::string> dev = {"dev"};
  static const std::vector<std::string> entailment = {"entailment", "not_entailment"};
  static const std::vector<GlueTask> tasks = {
      {"cola", "CoLA", "sentence", "", "label", {"unacceptable", "acceptable"}, {"matthews"}, dev},
      {"mnli",
       "MNLI",
       "sentence1",
       "sentence2",
       "gold_label",
       {"entailment", "neutral", "contradiction"},
       {"accuracy"},
       {"dev_matched", "dev_mismatched"}},
      {"mrpc",
       "MRPC",
       "#1 String",
       "#2 String",
       "Quality",
       {"not_equivalent", "equivalent"},
       {"accuracy", "f1"},
       dev},
      {"qnli", "QNLI", "question", "sentence", "label", entailment, {"accuracy"}, dev},
      {"qqp",
       "QQP",
       "question1",
       "question2",
       "is_duplicate",
       {"not_duplicate", "duplicate"},
       {"accuracy", "f1"},
       dev},
      {"rte", "RTE", "sentence1", "sentence2", "label", entailment, {"accuracy"}, dev},
      {"sst2", "SST-2", "sentence", "", "label", {"negative", "positive"}, {"accuracy"}, dev},
      {"stsb", "STS-B", "sentence1", "sentence2", "score", {}, {"pearson", "spearman"}, dev},
  };
  return tasks;
}

const GlueTask& glue_task(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& task : glue_tasks()) {
    if (task.name == name) return task;
    names.push_back(task.name);
  }
  throw ConfigError("unknown GLUE task '" + name + "'" + valid_names_hint(name, names));
}

}  // namespace ptqbench
