#include "tasks/checkpoint/name_fit.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

#include "tasks/checkpoint/naming.h"

namespace ptqbench {
namespace {

using Names = std::vector<std::string>;

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

/// Parts of names that wrappers of a module or of a part of it add: torch.compile, FSDP, activation
/// checkpointing.
constexpr std::array<std::string_view, 3> kWrapperParts = {
    "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."};

std::string without_wrappers(std::string name) {
  for (const auto part : kWrapperParts) {
    for (size_t at = name.find(part); at != std::string::npos; at = name.find(part, at)) {
      if (at == 0 || name[at - 1] == '.') {
        name.erase(at, part.size());
      } else {
        at += part.size();
      }
    }
  }
  return name;
}

bool is_ignored(const std::string& name, const CheckpointOptions& options) {
  return std::any_of(options.ignore.begin(), options.ignore.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

/// The stored names as far as the options and the wrappers decide; empty: left out.
Names plain_names(const Names& stored, const CheckpointOptions& options) {
  Names names;
  for (std::string name : stored) {
    const bool out = is_ignored(name, options) || !starts_with(name, options.prefix);
    names.push_back(out ? "" : without_wrappers(name.substr(options.prefix.size())));
  }
  return names;
}

/// A model's names in each convention that differs from its own, and its own.
std::vector<Names> conventions_of(const std::vector<NamedTensor>& parameters) {
  std::vector<Names> conventions;
  for (const auto& convention : naming_conventions(parameters)) {
    Names names;
    for (const auto& parameter : convention) {
      if (!decides_nothing(parameter.name)) names.push_back(parameter.name);
    }
    conventions.push_back(std::move(names));
  }
  return conventions;
}

size_t count_present(const std::unordered_set<std::string>& stored, const Names& wanted,
                     const std::string& prefix) {
  return static_cast<size_t>(
      std::count_if(wanted.begin(), wanted.end(), [&](const std::string& name) {
        return stored.count(prefix + name) > 0;
      }));
}

/// The prefixes under which the stored names hold a parameter of this name.
std::set<std::string> prefixes_of(const Names& stored, const std::string& parameter) {
  std::set<std::string> prefixes;
  for (const auto& name : stored) {
    if (!ends_with(name, parameter)) continue;
    const std::string prefix = name.substr(0, name.size() - parameter.size());
    if (prefix.empty() || prefix.back() == '.') prefixes.insert(prefix);
  }
  return prefixes;
}

/// The fit of names as they are, with the prefix taken off that serves best.
NameFit fit_prefix(const Names& names, const std::vector<NamedTensor>& parameters) {
  const std::unordered_set<std::string> stored(names.begin(), names.end());
  NameFit fit;
  std::set<std::string> fitting;
  for (const auto& wanted : conventions_of(parameters)) {
    if (wanted.empty()) continue;
    auto prefixes = prefixes_of(names, wanted.front());
    prefixes.insert("");
    for (const auto& prefix : prefixes) {
      const size_t present = count_present(stored, wanted, prefix);
      if (present == wanted.size()) fitting.insert(prefix);
      if (present <= fit.present) continue;
      fit.present = present;
      fit.prefix = prefix;
    }
  }
  fit.fits = !fitting.empty();
  if (fit.fits) fit.prefix = *fitting.begin();
  // A model that is there under its own names is meant, whatever else there is.
  if (fitting.size() > 1 && !fit.prefix.empty())
    fit.rival_prefixes.assign(fitting.begin(), fitting.end());
  for (const auto& name : names) {
    const bool inside = starts_with(name, fit.prefix);
    if (!inside && !decides_nothing(name) && !name.empty()) fit.outside.push_back(name);
    fit.names.push_back(inside ? name.substr(fit.prefix.size()) : name);
  }
  return fit;
}

/// Files of BERT without a task's head call its parts without the model's own prefix.
Names with_bert_prefix(Names names) {
  constexpr std::array<std::string_view, 3> kParts = {"embeddings.", "encoder.", "pooler."};
  for (auto& name : names) {
    const bool part = std::any_of(kParts.begin(), kParts.end(),
                                  [&](std::string_view known) { return starts_with(name, known); });
    if (part) name = "bert." + name;
  }
  return names;
}

}  // namespace

bool decides_nothing(std::string_view name) {
  constexpr std::array<std::string_view, 7> kCounters = {
      "n_averaged", "num_updates", "updates", "initted", "step", "decay", "ema_decay"};
  return ends_with(name, "num_batches_tracked") || ends_with(name, "embeddings.position_ids") ||
         std::find(kCounters.begin(), kCounters.end(), name) != kCounters.end();
}

bool is_left_over(std::string_view name) {
  return starts_with(name, "bert.pooler.") || starts_with(name, "cls.");
}

NameFit fit_names(const std::vector<std::string>& stored, const CheckpointOptions& options,
                  const std::vector<NamedTensor>& parameters) {
  const Names names = plain_names(stored, options);
  NameFit fit = fit_prefix(names, parameters);
  if (fit.fits) return fit;
  const Names longer = with_bert_prefix(names);
  if (longer == names) return fit;
  NameFit bert = fit_prefix(longer, parameters);
  return bert.present > fit.present ? bert : fit;
}

}  // namespace ptqbench
