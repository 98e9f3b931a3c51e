#include "harness/plan/output_order.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/text/label_order.h"

namespace ptqbench {
namespace {

std::filesystem::path config_of(const Cell& cell) {
  if (!cell.model_config.empty()) return cell.model_config;
  return cell.checkpoint.empty() ? std::filesystem::path()
                                 : cell.checkpoint.parent_path() / "config.json";
}

}  // namespace

std::vector<int64_t> cell_output_order(const Task& task, const Cell& cell) {
  const auto classes = task.class_names();
  if (!cell.labels.empty()) {
    const auto where = "model '" + cell.model_label + "': labels";
    if (classes.empty())
      throw ConfigError(where + " mean nothing, as data set '" + cell.task.dataset.name +
                        "' has no named classes");
    return output_order(classes, cell.labels, where);
  }
  if (classes.empty()) return {};
  const auto config = config_of(cell);
  const auto labels = labels_of_config(config, classes);
  if (labels.empty()) return {};
  return output_order(classes, labels, config.string() + ": id2label");
}

std::string model_config_hash(const Task& task, const Cell& cell) {
  const auto order = cell.labels.empty() ? cell_output_order(task, cell) : std::vector<int64_t>();
  const auto file = cell.model_config.empty() ? "" : sha256_file(cell.model_config);
  if (order.empty()) return file;
  return sha256_text(fmt::format("{}\noutput_order={}\n", file, fmt::join(order, ",")));
}

}  // namespace ptqbench
