#include "results/cells/cell_pairs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "results/cells/variants.h"

namespace ptqbench {
namespace {

const std::vector<std::string> kSeedOnly = {"seed"};

/// What finished cells of one method at one place share, whatever their settings.
using MethodKey =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
constexpr std::size_t kMethodInKey = 5;
/// The same without metric and with the seed: of cells that did not finish.
using UnfinishedKey =
    std::tuple<std::string, std::string, std::string, std::string, std::string, int64_t>;

/// Cells that differ in nothing but the seed.
struct Arm {
  MethodKey key;
  const CellRecord* example = nullptr;
  std::string metric;
  DecisiveSettings settings;
  std::string variant;
  std::map<int64_t, const CellRecord*> by_seed;
};

std::string metric_of(const CellRecord& cell, const std::string& asked) {
  if (asked.empty() || asked == cell.metric_name) return cell.metric_name;
  return cell.further_metrics.count(asked) > 0 ? asked : "";
}

double value_of(const CellRecord& cell, const std::string& metric) {
  return metric == cell.metric_name ? cell.metric : cell.further_metrics.at(metric);
}

MethodKey method_key(const CellRecord& cell, const std::string& metric) {
  return {cell.task, cell.dataset, metric, cell.model, bits_label(cell.bits), cell.method};
}

UnfinishedKey unfinished_key(const CellRecord& cell) {
  return {cell.task, cell.dataset, cell.model, bits_label(cell.bits), cell.method, cell.seed};
}

/// The cells of one side of a comparison.
class Side {
 public:
  Side(const std::vector<const CellRecord*>& records, const std::string& metric) {
    find_differing(records);
    std::map<std::pair<MethodKey, DecisiveSettings>, std::size_t> places;
    for (const CellRecord* cell : records) {
      if (cell->status != CellStatus::kFinished) {
        unfinished_[unfinished_key(*cell)] = cell;
        continue;
      }
      const auto name = metric_of(*cell, metric);
      if (name.empty()) continue;
      const auto settings = decisive_settings(*cell, kSeedOnly);
      const auto key = method_key(*cell, name);
      const auto [place, is_new] = places.try_emplace({key, settings}, arms_.size());
      if (is_new) {
        of_method_[key].push_back(arms_.size());
        arms_.push_back({key, cell, name, settings, variant_of(*cell, settings), {}});
      }
      const CellRecord*& kept = arms_[place->second].by_seed[cell->seed];
      kept = kept == nullptr ? cell : last_started({kept, cell});
    }
  }

  const std::vector<Arm>& arms() const { return arms_; }

  std::vector<const Arm*> arms_of(const MethodKey& key) const {
    std::vector<const Arm*> arms;
    const auto found = of_method_.find(key);
    if (found == of_method_.end()) return arms;
    for (const std::size_t place : found->second) arms.push_back(&arms_[place]);
    return arms;
  }

  /// The cell like this one if it failed or has not run.
  const CellRecord* unfinished(const CellRecord& cell) const {
    const auto found = unfinished_.find(unfinished_key(cell));
    return found == unfinished_.end() ? nullptr : found->second;
  }

  /// The settings that tell the variants of a method apart.
  const std::set<std::string>& differing(const std::string& method) const {
    static const std::set<std::string> none;
    const auto found = differing_.find(method);
    return found == differing_.end() ? none : found->second;
  }

 private:
  void find_differing(const std::vector<const CellRecord*>& records) {
    std::map<std::string, std::vector<const CellRecord*>> of_method;
    for (const CellRecord* cell : records) {
      if (cell->status == CellStatus::kFinished) of_method[cell->method].push_back(cell);
    }
    for (const auto& [method, cells] : of_method)
      differing_[method] = differing_settings(cells, kSeedOnly);
  }

  std::string variant_of(const CellRecord& cell, const DecisiveSettings& settings) const {
    const auto& keys = differing(cell.method);
    std::vector<std::string> values;
    for (const auto& key : keys) values.push_back(ptqbench::value_of(settings, key));
    return settings_label(keys, values);
  }

  std::vector<Arm> arms_;
  std::map<MethodKey, std::vector<std::size_t>> of_method_;
  std::map<UnfinishedKey, const CellRecord*> unfinished_;
  std::map<std::string, std::set<std::string>> differing_;
};

PairGroup empty_group(const Arm& arm) {
  PairGroup group;
  group.task = arm.example->task;
  group.dataset = arm.example->dataset;
  group.metric_name = arm.metric;
  group.higher_is_better = arm.example->higher_is_better;
  group.model = arm.example->model;
  group.bits = arm.example->bits;
  return group;
}

/// Fills the group with the cells of both arms.
void add_values(PairGroup& group, const Arm& first, const Arm& second) {
  for (const auto& [seed, cell] : first.by_seed) {
    const auto other = second.by_seed.find(seed);
    if (other == second.by_seed.end()) continue;
    const CellPair pair = {cell, other->second, value_of(*cell, first.metric),
                           value_of(*other->second, second.metric)};
    if (std::isfinite(pair.first_value) && std::isfinite(pair.second_value))
      group.pairs.push_back(pair);
  }
  if (!group.pairs.empty()) return;
  const auto fill = [](const Arm& arm, std::vector<double>& values) {
    for (const auto& [seed, cell] : arm.by_seed) {
      const double value = value_of(*cell, arm.metric);
      if (std::isfinite(value)) values.push_back(value);
    }
  };
  fill(first, group.first_values);
  fill(second, group.second_values);
}

bool has_values(const PairGroup& group) {
  return !group.pairs.empty() || (!group.first_values.empty() && !group.second_values.empty());
}

/// "iterations 200 and 400, round_weight 0.01 and 0.1": of the keys that both have.
std::string differences(const DecisiveSettings& a, const DecisiveSettings& b) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : a) {
    const auto other = b.find(key);
    if (other != b.end() && other->second != value)
      texts.push_back(fmt::format("{} {} and {}", key, value, other->second));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// Holds the cells of B against those of A.
class RunPairer {
 public:
  RunPairer(const Side& a, const Side& b, ComparedBy by) : a_(a), b_(b), by_(by) {}

  Pairing pair() {
    for (const Arm& arm : a_.arms()) match(arm);
    for (const Arm& arm : b_.arms()) {
      if (matched_.count(&arm) == 0) add_without_counterpart(arm, a_, "A", "B");
    }
    return std::move(pairing_);
  }

 private:
  bool fits(const Arm& a, const Arm& b) const {
    if (by_ == ComparedBy::kCommit) return differences(a.settings, b.settings).empty();
    auto keys = a_.differing(a.example->method);
    const auto& others = b_.differing(b.example->method);
    keys.insert(others.begin(), others.end());
    // A side with one variant has nothing to tell it apart by.
    if (a_.differing(a.example->method).empty() && others.empty()) return true;
    return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return ptqbench::value_of(a.settings, key) == ptqbench::value_of(b.settings, key);
    });
  }

  void match(const Arm& arm) {
    const auto same_method = b_.arms_of(arm.key);
    std::vector<const Arm*> fitting;
    for (const Arm* other : same_method) {
      if (fits(arm, *other)) fitting.push_back(other);
    }
    if (fitting.size() == 1 && matched_.insert(fitting.front()).second) {
      add_group(arm, *fitting.front());
    } else if (!fitting.empty()) {
      add_all(arm, "fits several variants of the other run");
    } else if (!same_method.empty()) {
      add_all(arm, "settings differ: " + differences(arm.settings, same_method.front()->settings));
      matched_.insert(same_method.begin(), same_method.end());
    } else {
      add_without_counterpart(arm, b_, "B", "A");
    }
  }

  void add_group(const Arm& a, const Arm& b) {
    PairGroup group = empty_group(a);
    group.method = variant_name(a.example->method, a.variant);
    group.first = "A";
    group.second = "B";
    add_values(group, a, b);
    const bool paired = !group.pairs.empty();
    if (has_values(group)) pairing_.groups.push_back(std::move(group));
    add_leftovers(a, b, b_, paired, "B", "A");
    add_leftovers(b, a, a_, paired, "A", "B");
    add_notes(a, b);
  }

  /// The cells of `arm` whose seed the other arm lacks: they count only without any pair.
  void add_leftovers(const Arm& arm, const Arm& other, const Side& side, bool paired,
                     const char* there, const char* here) {
    for (const auto& [seed, cell] : arm.by_seed) {
      if (other.by_seed.count(seed) > 0) {
        if (!std::isfinite(value_of(*cell, arm.metric)))
          pairing_.unpaired.push_back({cell_name(*cell), "the metric is not a number"});
      } else if (side.unfinished(*cell) != nullptr || paired) {
        add_cell(*cell, side, there, here);
      }
    }
  }

  void add_without_counterpart(const Arm& arm, const Side& side, const char* there,
                               const char* here) {
    for (const auto& [seed, cell] : arm.by_seed) add_cell(*cell, side, there, here);
  }

  /// `here`: the run that finished the cell; `side` is the other one, called `there`.
  void add_cell(const CellRecord& cell, const Side& side, const char* there, const char* here) {
    const CellRecord* other = side.unfinished(cell);
    const bool in_a = &side == &b_;
    if (other == nullptr) {
      pairing_.unpaired.push_back({cell_name(cell), fmt::format("only in {}", here)});
    } else if (other->status == CellStatus::kMissing) {
      pairing_.unpaired.push_back({cell_name(cell), fmt::format("not run in {}", there)});
    } else if (in_a) {
      pairing_.newly_failed.push_back(
          {cell_name(cell), fmt::format("{}: {}", other->failed_stage, other->failure_reason)});
    } else {
      pairing_.unpaired.push_back({cell_name(cell), "failed in A"});
    }
  }

  void add_all(const Arm& arm, const std::string& reason) {
    for (const auto& [seed, cell] : arm.by_seed)
      pairing_.unpaired.push_back({cell_name(*cell), reason});
  }

  void add_note(const std::string& note) {
    auto& notes = pairing_.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }

  void add_notes(const Arm& a, const Arm& b) {
    const auto differing = differences(a.settings, b.settings);
    if (!differing.empty()) add_note("settings of A and B: " + differing);
    for (const auto& [key, value] : a.settings) {
      if (b.settings.count(key) == 0) add_note(fmt::format("only A has the setting {}", key));
    }
    for (const auto& [key, value] : b.settings) {
      if (a.settings.count(key) == 0) add_note(fmt::format("only B has the setting {}", key));
    }
  }

  const Side& a_;
  const Side& b_;
  ComparedBy by_;
  std::set<const Arm*> matched_;
  Pairing pairing_;
};

std::string contender(const Arm& arm) { return variant_name(arm.example->method, arm.variant); }

/// The arms at each place (the key without the method), in the order of the contenders' first
/// appearance in the run; places in order of first appearance.
std::vector<std::vector<const Arm*>> contenders_by_place(const std::vector<Arm>& arms) {
  std::map<std::string, std::size_t> ranks;
  std::map<MethodKey, std::size_t> places;
  std::vector<std::vector<const Arm*>> by_place;
  for (const Arm& arm : arms) {
    ranks.try_emplace(contender(arm), ranks.size());
    MethodKey place = arm.key;
    std::get<kMethodInKey>(place).clear();
    const auto [found, is_new] = places.try_emplace(place, by_place.size());
    if (is_new) by_place.emplace_back();
    by_place[found->second].push_back(&arm);
  }
  for (auto& at_place : by_place) {
    std::stable_sort(at_place.begin(), at_place.end(), [&](const Arm* left, const Arm* right) {
      return ranks[contender(*left)] < ranks[contender(*right)];
    });
  }
  return by_place;
}

PairGroup group_of(const Arm& first, const Arm& second, bool same_method) {
  PairGroup group = empty_group(first);
  group.method = same_method ? first.example->method : "";
  group.first = same_method ? first.variant : contender(first);
  group.second = same_method ? second.variant : contender(second);
  add_values(group, first, second);
  return group;
}

}  // namespace

Pairing pair_runs(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b, ComparedBy by,
                  const std::string& metric) {
  const Side first(pointers_to(a), metric);
  const Side second(pointers_to(b), metric);
  return RunPairer(first, second, by).pair();
}

std::vector<PairGroup> pair_within_run(const std::vector<const CellRecord*>& run, ComparedBy by,
                                       const std::string& metric) {
  const Side side(run, metric);
  std::vector<PairGroup> groups;
  for (const auto& arms : contenders_by_place(side.arms())) {
    for (std::size_t i = 0; i < arms.size(); ++i) {
      for (std::size_t j = i + 1; j < arms.size(); ++j) {
        const bool same_method = arms[i]->example->method == arms[j]->example->method;
        if (same_method != (by == ComparedBy::kSetting)) continue;
        auto group = group_of(*arms[i], *arms[j], same_method);
        if (has_values(group)) groups.push_back(std::move(group));
      }
    }
  }
  return groups;
}

std::vector<const CellRecord*> pointers_to(const std::vector<CellRecord>& records) {
  std::vector<const CellRecord*> pointers;
  for (const CellRecord& record : records) pointers.push_back(&record);
  return pointers;
}

bool is_repeatable(const CellPair& pair) {
  const auto identity = [](const CellRecord& cell) {
    return std::make_tuple(cell.fingerprint, cell.host, cell.device, cell.threads,
                           devices_per_cell(cell));
  };
  return identity(*pair.first) == identity(*pair.second);
}

std::string cell_name(const CellRecord& cell) {
  return fmt::format("{} {} {} {} seed {}", cell.dataset, cell.model, bits_label(cell.bits),
                     cell.method, cell.seed);
}

}  // namespace ptqbench
