#include "results/reports/cell_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

constexpr std::size_t kWidth = 100;

/// The number, or a dash where nobody measured it.
template <class Number>
std::string number_text(const char* format, Number value) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

/// "title: a, b, c" in lines of at most kWidth, the later ones indented.
std::string wrapped(const std::string& title, const std::vector<std::string>& items) {
  std::string text = title + ":";
  std::size_t column = terminal_width(text);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
    const std::size_t width = terminal_width(item);
    if (column + 1 + width > kWidth) {
      text += "\n ";
      column = 1;
    }
    text += " " + item;
    column += 1 + width;
  }
  return text + "\n";
}

std::string lines_of(const TextGrid& grid, const std::vector<Alignment>& alignment) {
  std::string text;
  for (const auto& line : aligned_lines(grid, alignment)) text += line + "\n";
  return text;
}

std::string outcome(const CellRecord& record) {
  if (record.status == CellStatus::kMissing) return "has not run yet\n";
  std::string text;
  if (record.status == CellStatus::kFailed) {
    text = fmt::format("failed in stage '{}': {}\n", record.failed_stage, record.failure_reason);
  }
  const bool measured = !std::isnan(record.metric);
  const std::string name = record.metric_name.empty() ? "metric" : record.metric_name;
  if (measured) text += fmt::format("{}: {:.2f}, ", name, record.metric);
  if (!std::isnan(record.full_precision_metric)) {
    text += fmt::format("{}full precision {:.2f}", measured ? "" : name + ": ",
                        record.full_precision_metric);
    if (measured)
      text += fmt::format(", difference {:+.2f}", record.metric - record.full_precision_metric);
    text += "\n";
  } else if (measured) {
    text += "full precision not measured\n";
  }
  std::vector<std::string> further;
  for (const auto& [key, value] : record.further_metrics) {
    further.push_back(key + " " + number_text("{:.4g}", value));
  }
  return further.empty() ? text : text + wrapped("further metrics", further);
}

std::string circumstances(const CellRecord& record) {
  auto text =
      fmt::format("started {} on {} ({}), rank {}, {} thread(s), attempt {}\n", record.started_at,
                  record.host, record.device, record.rank, record.threads, record.attempt);
  text += fmt::format("{:.1f} s, {:.0f} MiB at most\n", record.seconds,
                      static_cast<double>(record.memory_bytes) / (1024.0 * 1024.0));
  std::vector<std::pair<std::string, double>> stages(record.stage_seconds.begin(),
                                                     record.stage_seconds.end());
  std::stable_sort(stages.begin(), stages.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> texts;
  for (const auto& [stage, seconds] : stages) {
    texts.push_back(fmt::format("{} {:.2f}", stage, seconds));
  }
  return stages.empty() ? text : text + wrapped("seconds by stage", texts);
}

const std::string& block_of(const UnitRecord& unit) {
  return unit.block.empty() ? unit.name : unit.block;
}

/// The rows of the units table: by block, each followed by what was reconstructed in it.
class UnitRows {
 public:
  explicit UnitRows(const CellRecord& record) : record_(record) {
    grid_.push_back({"unit", "kind", "phase", "error before", "error after", "after/before",
                     "noise dB", "seconds"});
    for (const BlockNoise& noise : record.block_noise) add_block(noise);
    // Those of no block that is known, as in a file without noise ratios.
    for (const UnitRecord& unit : record.units) {
      if (!is_known(block_of(unit))) add_unit(unit, unit.name, "-");
    }
  }

  const TextGrid& grid() const { return grid_; }

 private:
  bool is_known(const std::string& block) const {
    return std::any_of(record_.block_noise.begin(), record_.block_noise.end(),
                       [&](const BlockNoise& noise) { return noise.block == block; });
  }

  /// A unit that is the whole block carries the block's ratio, once.
  void add_block(const BlockNoise& noise) {
    auto ratio = number_text("{:.1f}", noise.decibels);
    const auto is_whole = [&](const UnitRecord& unit) { return unit.name == noise.block; };
    const bool learned_whole = std::any_of(record_.units.begin(), record_.units.end(), is_whole);
    if (!learned_whole) grid_.push_back({noise.block, noise.kind, "", "-", "-", "-", ratio, "-"});
    for (const UnitRecord& unit : record_.units) {
      if (block_of(unit) != noise.block) continue;
      add_unit(unit, is_whole(unit) ? unit.name : "  " + unit.name, is_whole(unit) ? ratio : "");
      if (is_whole(unit)) ratio.clear();
    }
  }

  void add_unit(const UnitRecord& unit, const std::string& name, const std::string& ratio) {
    grid_.push_back({name, unit.kind, unit.phase, number_text("{:.4g}", unit.error_before),
                     number_text("{:.4g}", unit.error_after),
                     number_text("{:.3f}", unit.error_after / unit.error_before), ratio,
                     fmt::format("{:.2f}", unit.seconds)});
  }

  const CellRecord& record_;
  TextGrid grid_;
};

std::string units_table(const CellRecord& record) {
  const auto right = Alignment::kRight;
  std::string text = "\n";
  if (!record.units.empty() || !record.block_noise.empty()) {
    text += lines_of(UnitRows(record).grid(), {Alignment::kLeft, Alignment::kLeft, Alignment::kLeft,
                                               right, right, right, right, right});
  }
  if (!record.units.empty())
    text += fmt::format("errors: the phase's loss on all {} calibration samples\n",
                        record.calibration_ids.size());
  if (record.block_noise.empty()) return text + "noise ratio: not measured\n";
  return text + fmt::format(
                    "noise dB: signal over quantization noise at the output, everything quantized "
                    "up to there, {} held-out samples\n",
                    record.held_out_ids.size());
}

const FlatnessPoint* find_point(const CellRecord& record, const std::string& data,
                                double magnitude) {
  for (const FlatnessPoint& point : record.flatness) {
    if (point.data == data && point.magnitude == magnitude) return &point;
  }
  return nullptr;
}

std::string flatness_table(const CellRecord& record) {
  if (record.flatness.empty()) return "\nflatness: not measured\n";
  TextGrid grid = {{"weights perturbed by"}, {"0 (the loss)"}};
  std::vector<std::string> data;
  std::vector<double> magnitudes;
  for (const FlatnessPoint& point : record.flatness) {
    if (std::find(magnitudes.begin(), magnitudes.end(), point.magnitude) == magnitudes.end())
      magnitudes.push_back(point.magnitude);
    if (std::find(data.begin(), data.end(), point.data) != data.end()) continue;
    data.push_back(point.data);
    grid[0].push_back(fmt::format("{} data ({})", point.data, point.samples));
    grid[1].push_back(number_text("{:.4f}", point.loss));
  }
  for (const double magnitude : magnitudes) {
    std::vector<std::string> row = {fmt::format("{:g} of their norm", magnitude)};
    for (const auto& name : data) {
      const auto* point = find_point(record, name, magnitude);
      row.push_back(point == nullptr ? "-" : number_text("{:+.4f}", point->loss_change));
    }
    grid.push_back(row);
  }
  std::vector<Alignment> alignment(data.size() + 1, Alignment::kRight);
  alignment[0] = Alignment::kLeft;
  return "\n" + lines_of(grid, alignment) +
         fmt::format(
             "change of the loss, activations in full precision, mean of {} random direction(s)\n",
             record.flatness.front().directions);
}

std::string origins(const CellRecord& record) {
  std::vector<std::string> settings, provenance;
  for (const auto& [key, value] : record.settings)
    settings.push_back(fmt::format("{}={}", key, setting_text(value)));
  for (const auto& [key, value] : record.provenance)
    provenance.push_back(fmt::format("{}={}", key, value));
  std::string text;
  if (!settings.empty()) text += "\n" + wrapped("settings", settings);
  if (!provenance.empty()) text += "\n" + wrapped("provenance", provenance);
  return text;
}

}  // namespace

std::string render_cell_report(const CellRecord& record) {
  auto text = fmt::format("{} {} {} seed {}, {} on {}\nfingerprint {}\n", record.model,
                          bits_label(record.bits), record.method, record.seed, record.task,
                          record.dataset, record.fingerprint);
  text += outcome(record);
  if (record.status == CellStatus::kMissing) return text;
  text += circumstances(record);
  if (record.status == CellStatus::kFinished || !record.units.empty())
    text += units_table(record) + flatness_table(record);
  return text + origins(record);
}

}  // namespace ptqbench
