#include "results/published/published.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "harness/commands/commands.h"
#include "harness/published/published_reader.h"
#include "results/published/published_text.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

using Renderer = std::string (*)(const std::vector<PublishedReference>&);

const std::map<std::string, Renderer>& renderers() {
  static const std::map<std::string, Renderer> all = {{"console", render_published_console},
                                                      {"markdown", render_published_markdown},
                                                      {"csv", render_published_csv}};
  return all;
}

/// What each filter may name.
struct KnownValues {
  std::set<std::string> papers, tables, tasks, models, methods;
};

KnownValues known_values(const PublishedPapers& papers) {
  KnownValues known;
  for (const auto& paper : papers) known.papers.insert(paper.key);
  for (const auto& [paper, table, value] : find_published(papers, {})) {
    known.tables.insert(table->id);
    known.tasks.insert(table->task);
    known.tasks.insert(table->dataset);
    known.models.insert(value->model);
    known.methods.insert(value->method);
  }
  return known;
}

void check(const std::string& kind, const std::string& name, const std::set<std::string>& known) {
  if (name.empty() || known.count(name) > 0) return;
  throw ConfigError("nothing is published here for " + kind + " '" + name + "'" +
                    valid_names_hint(name, {known.begin(), known.end()}));
}

int show_published(const PublishedFilter& filter, const std::string& format) {
  const auto papers = shipped_published();
  const auto known = known_values(papers);
  check("paper", filter.paper, known.papers);
  check("table", filter.table, known.tables);
  check("task", filter.task, known.tasks);
  check("model", filter.model, known.models);
  check("method", filter.method, known.methods);
  const auto found = find_published(papers, filter);
  if (found.empty()) throw ConfigError("nothing is published here for all of these together");
  fmt::print("{}", renderers().at(format)(found));
  return 0;
}

}  // namespace

void add_published(CLI::App& app, Command& chosen) {
  auto filter = std::make_shared<PublishedFilter>();
  auto format = std::make_shared<std::string>("console");
  auto* command = app.add_subcommand("published", "list published numbers with their sources");
  command->add_option("--paper", filter->paper, "only this paper, such as qdrop");
  command->add_option("--table", filter->table, "only this table, such as qdrop_imagenet_paper");
  command->add_option("--task", filter->task, "only this task or data set, such as imagenet");
  command->add_option("--model", filter->model, "only this model");
  command->add_option("--method", filter->method, "only this method; fp: full precision");
  command->add_option("--format", *format, "console, markdown or csv")
      ->check(CLI::IsMember({"console", "markdown", "csv"}));
  command->callback([filter, format, &chosen] {
    chosen = on_rank_zero([filter, format] { return show_published(*filter, *format); });
  });
}

}  // namespace ptqbench
