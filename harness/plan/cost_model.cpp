#include "harness/plan/cost_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/plan/cost.h"
#include "results/error.h"
#include "results/files/store.h"

namespace ptqbench {
namespace {

constexpr int kMostOfAKind = 25;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

CostModel::CostModel(const std::vector<MeasuredCell>& measured, int64_t threads, int64_t devices)
    : threads_(std::max<int64_t>(1, threads)), devices_(static_cast<double>(devices)) {
  std::map<std::pair<std::string, std::string>, std::vector<double>> groups;
  for (const auto& cell : measured) {
    if (!(cell.tera_macs > 0) || !(cell.device_seconds > 0)) continue;
    const double rate = cell.device_seconds / cell.tera_macs;
    for (const auto& model : {cell.model, std::string()}) {
      for (const auto& method : {cell.method, std::string()})
        groups[{model, method}].push_back(rate);
    }
  }
  for (auto& [kind, values] : groups) rates_[kind] = {median(values), values.size()};
}

CostModel::Rate CostModel::find(const std::string& model, const std::string& method,
                                std::string* source) const {
  const std::pair<std::pair<std::string, std::string>, const char*> choices[] = {
      {{model, method}, "{} finished cell(s)"},
      {{model, ""}, "{} finished cell(s) of the model"},
      {{"", method}, "{} finished cell(s) of the method"},
      {{"", ""}, "all {} finished cell(s)"}};
  for (const auto& [kind, name] : choices) {
    const auto found = rates_.find(kind);
    if (found == rates_.end()) continue;
    if (source != nullptr) *source = fmt::format(fmt::runtime(name), found->second.cells);
    return found->second;
  }
  if (source != nullptr) {
    *source = fmt::format(
        "no finished cells: {:.0f}e9 multiply-accumulates a second and core, {} core(s) a rank",
        kMacsPerCoreSecond / 1e9, threads_);
  }
  return {1e12 / (kMacsPerCoreSecond * static_cast<double>(threads_)), 0};
}

double CostModel::rate(const std::string& model, const std::string& method) const {
  return find(model, method, nullptr).seconds_per_tera_mac / devices_;
}

double CostModel::seconds(const std::string& model, const std::string& method,
                          double tera_macs) const {
  return rate(model, method) * tera_macs;
}

std::string CostModel::source(const std::string& model, const std::string& method) const {
  std::string source;
  find(model, method, &source);
  return source;
}

std::vector<MeasuredCell> measured_cells(const std::vector<PlannedCell>& plan,
                                         const std::filesystem::path& run_dir) {
  const CellStore store(run_dir);
  std::map<std::pair<std::string, std::string>, int> counts;
  std::vector<MeasuredCell> measured;
  for (const auto& planned : plan) {
    const Cell& cell = planned.cell;
    if (!planned.done || counts[{cell.model, cell.method}]++ >= kMostOfAKind) continue;
    try {
      const auto record = store.read(planned.fingerprint);
      measured.push_back({cell.model, cell.method, planned.tera_macs,
                          record.seconds * static_cast<double>(devices_per_cell(record))});
    } catch (const ResultsError&) {
      // The estimate does without it; the next run computes it anew.
    }
  }
  return measured;
}

}  // namespace ptqbench
