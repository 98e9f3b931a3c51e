#include "tasks/checkpoint/choose_entry.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/name_fit.h"
#include "tasks/checkpoint/naming.h"

namespace ptqbench {
namespace {

constexpr std::array<const char*, 5> kUsualEntries = {"state_dict", "model_state_dict",
                                                      "model_state", "model", "net"};
constexpr const char* kParallelPrefix = "module.";

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& problem) {
  throw DataError(fmt::format("checkpoint '{}' {}", path.string(), problem));
}

std::vector<std::string> names_of(const CheckpointEntry& entry) {
  std::vector<std::string> names;
  for (const auto& tensor : entry.tensors) names.push_back(tensor.name);
  return names;
}

std::vector<std::string> paths_of(const std::vector<const CheckpointEntry*>& entries) {
  std::vector<std::string> paths;
  for (const auto* entry : entries) paths.push_back(entry->path);
  return paths;
}

std::vector<const CheckpointEntry*> all_of(const CheckpointContents& contents) {
  std::vector<const CheckpointEntry*> all;
  for (const auto& entry : contents.entries) all.push_back(&entry);
  return all;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const auto& name : names)
    quoted.push_back(name.empty() ? "the file itself" : in_quotes(name));
  return join(quoted);
}

const CheckpointEntry& named_entry(const std::filesystem::path& path,
                                   const CheckpointContents& contents, const std::string& name) {
  for (const auto& entry : contents.entries) {
    if (entry.path == name) return entry;
  }
  fail(path, fmt::format("has no entry {} with tensors; it has {}", in_quotes(name),
                         quoted_list(paths_of(all_of(contents)))));
}

const CheckpointEntry& usual_entry(const CheckpointContents& contents) {
  for (const char* usual : kUsualEntries) {
    for (const auto& entry : contents.entries) {
      if (entry.path == usual) return entry;
    }
  }
  return contents.entries.front();
}

struct Choice {
  const CheckpointEntry* entry = nullptr;
  NameFit fit;
};

/// The one that fits, or that comes nearest, for the report of what is missing.
Choice fitting_entry(const std::filesystem::path& path, const CheckpointContents& contents,
                     const CheckpointOptions& options,
                     const std::vector<NamedTensor>& parameters) {
  std::vector<const CheckpointEntry*> fitting;
  Choice best;
  for (const auto& entry : contents.entries) {
    NameFit fit = fit_names(names_of(entry), options, parameters);
    if (fit.fits) fitting.push_back(&entry);
    const bool better = best.entry == nullptr || fit.present > best.fit.present;
    if (better) best = {&entry, std::move(fit)};
  }
  if (fitting.size() > 1) {
    fail(path, fmt::format("has {} entries that fit the model: {}; choose one with "
                           "checkpoint_entry (those of averaged weights, 'ema', are usually the "
                           "published ones)",
                           fitting.size(), quoted_list(paths_of(fitting))));
  }
  return best;
}

void require_one_prefix(const std::filesystem::path& path, const NameFit& fit) {
  if (!fit.rival_prefixes.empty()) {
    fail(path, fmt::format("holds the model {} times, under {}; choose with prefix",
                           fit.rival_prefixes.size(), quoted_list(fit.rival_prefixes)));
  }
  if (fit.fits && !fit.prefix.empty() && !fit.outside.empty()) {
    fail(path, fmt::format("holds the model under {} and {} other tensors, such as {}; prefix: {} "
                           "leaves them out",
                           in_quotes(fit.prefix), fit.outside.size(),
                           in_quotes(fit.outside.front()), fit.prefix));
  }
}

std::unordered_set<std::string> wanted_names(const std::vector<NamedTensor>& parameters) {
  std::unordered_set<std::string> names;
  for (const auto& convention : naming_conventions(parameters)) {
    for (const auto& parameter : convention) names.insert(parameter.name);
  }
  return names;
}

/// The tensors that a model takes are read; of others the names are kept.
void read_wanted(const Choice& choice, const std::vector<NamedTensor>& parameters,
                 Checkpoint& checkpoint) {
  const auto wanted = wanted_names(parameters);
  for (size_t i = 0; i < choice.fit.names.size(); ++i) {
    const StoredTensor& tensor = choice.entry->tensors[i];
    const std::string& name = choice.fit.names[i];
    const bool is_wanted = wanted.count(name) > 0;
    if (name.empty() || (!is_wanted && !tensor.known_type)) continue;
    checkpoint.tensors.push_back({name, is_wanted ? tensor.read() : at::Tensor()});
  }
}

void read_all(const CheckpointEntry& entry, Checkpoint& checkpoint) {
  const std::string prefix = kParallelPrefix;
  const bool everywhere =
      std::all_of(entry.tensors.begin(), entry.tensors.end(), [&](const StoredTensor& tensor) {
        return tensor.name.compare(0, prefix.size(), prefix) == 0;
      });
  if (everywhere && !entry.tensors.empty()) checkpoint.prefix = prefix;
  for (const auto& tensor : entry.tensors)
    checkpoint.tensors.push_back({tensor.name.substr(checkpoint.prefix.size()), tensor.read()});
}

}  // namespace

Checkpoint choose_entry(const std::filesystem::path& path, const CheckpointContents& contents,
                        const CheckpointOptions& options,
                        const std::vector<NamedTensor>& parameters) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.metadata = contents.metadata;
  checkpoint.foreign_globals = contents.foreign_globals;
  if (parameters.empty()) {
    const auto& entry = options.entry.empty() ? usual_entry(contents)
                                              : named_entry(path, contents, options.entry);
    checkpoint.entry = entry.path;
    read_all(entry, checkpoint);
    return checkpoint;
  }
  Choice choice;
  if (options.entry.empty()) {
    choice = fitting_entry(path, contents, options, parameters);
  } else {
    choice.entry = &named_entry(path, contents, options.entry);
    choice.fit = fit_names(names_of(*choice.entry), options, parameters);
  }
  require_one_prefix(path, choice.fit);
  checkpoint.entry = choice.entry->path;
  checkpoint.prefix = choice.fit.prefix;
  read_wanted(choice, parameters, checkpoint);
  return checkpoint;
}

}  // namespace ptqbench
