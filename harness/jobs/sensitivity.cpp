#include "harness/jobs/sensitivity.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/cells/measure_report.h"
#include "harness/config/sweep.h"
#include "harness/devices/blas.h"
#include "harness/devices/machine.h"
#include "harness/parallel/rank_message.h"
#include "harness/parallel/scheduler.h"
#include "harness/plan/cell_inputs.h"
#include "harness/plan/load_model.h"
#include "harness/plan/names.h"
#include "harness/plan/plan.h"
#include "harness/plan/task_set.h"
#include "methods/analysis/comparable_outputs.h"
#include "methods/analysis/noise_ratio.h"
#include "methods/analysis/unit_pass.h"
#include "methods/nn/bit_policy.h"
#include "methods/nn/positions.h"
#include "methods/reconstruction/calibrate.h"
#include "support/error.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

/// One model at one bit width.
struct Subject {
  Cell cell;
  /// Those with something to quantize, and their kinds.
  std::vector<Unit> units;
  std::vector<std::string> kinds;
};

/// One measurement: a unit of a subject, or its full precision.
struct Item {
  size_t subject = 0;
  std::optional<size_t> unit;
};

void set_bits(UnitGraph& model, const Cell& cell) {
  assign_bits(model, cell.bits, {cell.settings.first_last, cell.settings.quantize_heads});
}

/// Of the cells with the same task, model and bits, the one whose settings are taken.
std::vector<Cell> subject_cells(const std::vector<Cell>& cells) {
  std::vector<Cell> chosen;
  for (const Cell& cell : cells) {
    const auto same = std::find_if(chosen.begin(), chosen.end(), [&](const Cell& other) {
      return task_key(other.task) == task_key(cell.task) && other.model_label == cell.model_label &&
             other.bits == cell.bits;
    });
    if (same == chosen.end()) {
      chosen.push_back(cell);
    } else if (same->method != "nearest" && cell.method == "nearest") {
      *same = cell;
    }
  }
  return chosen;
}

std::vector<Subject> make_subjects(const std::vector<Cell>& cells, TaskSet& tasks) {
  std::vector<Subject> subjects;
  for (const Cell& cell : subject_cells(cells)) {
    Subject subject{cell, {}, {}};
    auto model = tasks.open(cell.task).make_model(model_spec(cell));
    set_bits(model, cell);
    for (const Unit& unit : model.units(Granularity::kBlock)) {
      if (!has_quantized_sites(model, unit)) continue;
      subject.units.push_back(unit);
      subject.kinds.push_back(unit_kind(model, unit));
    }
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

std::vector<Item> make_items(const std::vector<Subject>& subjects) {
  std::vector<Item> items;
  for (size_t s = 0; s < subjects.size(); ++s) {
    items.push_back({s, std::nullopt});
    for (size_t u = 0; u < subjects[s].units.size(); ++u) items.push_back({s, u});
  }
  return items;
}

/// What one measurement came out as, as text between ranks. Noise may be infinite, which JSON has
/// no number for.
struct Measurement {
  std::string metric_name;
  bool higher_is_better = true;
  double metric = 0;
  double decibels = kNotMeasured;
};

std::string to_text(const Measurement& measurement) {
  return Json{{"name", measurement.metric_name},
              {"higher", measurement.higher_is_better},
              {"metric", measurement.metric},
              {"decibels", fmt::format("{}", measurement.decibels)}}
      .dump();
}

Measurement measurement_of(const std::string& text) {
  const auto json = Json::parse(text);
  return {json.at("name"), json.at("higher"), json.at("metric"),
          std::stod(json.at("decibels").get<std::string>())};
}

/// A calibrated model of one subject, and its full-precision output on held-out samples.
class SubjectModel {
 public:
  SubjectModel(const Subject& subject, const Task& task)
      : cell_(subject.cell), task_(task), model_(load_model(task, subject.cell).graph) {
    auto ids = calibration_ids(task, cell_);
    const auto held_out =
        held_out_ids(task.calibration_population(), ids, cell_.report.held_out_samples,
                     static_cast<uint64_t>(cell_.seed));
    ids.resize(std::min(ids.size(), static_cast<size_t>(cell_.settings.range_samples)));
    set_bits(model_, cell_);
    calibrate_weights(model_, cell_.settings);
    calibrate_activations(model_, cell_.settings, RangeSource::kFullPrecision,
                          task.calibration_inputs(ids));
    if (held_out.empty()) return;
    held_out_ = task.calibration_inputs(held_out);
    FullPrecisionPass pass;
    for_each_batch([&](const Tensors& batch) { outputs_.push_back(outputs(batch, pass)); });
  }

  Measurement full_precision() {
    FullPrecisionPass pass;
    return metric(pass);
  }

  Measurement with(const Unit& unit) {
    UnitPass pass(model_, unit);
    auto measurement = metric(pass);
    NoiseRatio ratio;
    size_t batch = 0;
    for_each_batch([&](const Tensors& inputs) {
      const auto mask = model_.position_mask(inputs);
      const auto quantized = outputs(inputs, pass);
      for (size_t i = 0; i < quantized.size(); ++i) {
        ratio.add({real_positions(outputs_[batch][i], mask)}, {real_positions(quantized[i], mask)});
      }
      ++batch;
    });
    if (batch > 0) measurement.decibels = ratio.decibels();
    return measurement;
  }

 private:
  Tensors outputs(const Tensors& inputs, Pass& pass) const {
    return model_.compute(comparable_outputs(model_), model_.inputs(), inputs, pass);
  }

  Measurement metric(Pass& pass) const {
    LocalGroup alone;
    const auto metrics =
        task_.evaluate(model_, pass, cell_.evaluation.samples, cell_.evaluation.batch_size, alone);
    return {metrics.name, metrics.higher_is_better, metrics.value, kNotMeasured};
  }

  template <class Body>
  void for_each_batch(const Body& body) const {
    if (held_out_.empty()) return;
    const torch::NoGradGuard no_grad;
    const int64_t samples = held_out_[0].size(0);
    const int64_t size = cell_.evaluation.batch_size;
    for (int64_t first = 0; first < samples; first += size) {
      Tensors batch;
      for (const auto& input : held_out_)
        batch.push_back(input.slice(0, first, std::min(first + size, samples)));
      body(batch);
    }
  }

  const Cell& cell_;
  const Task& task_;
  UnitGraph model_;
  Tensors held_out_;
  /// By batch.
  std::vector<Tensors> outputs_;
};

/// Measures on this rank; keeps the model of the last subject.
class Worker {
 public:
  Worker(const std::vector<Subject>& subjects, const std::vector<Item>& items, TaskSet& tasks)
      : subjects_(subjects), items_(items), tasks_(tasks) {}

  WorkOutcome operator()(size_t number) {
    const Stopwatch watch;
    try {
      const auto text = to_text(measure(items_[number]));
      return {true, text, watch.seconds()};
    } catch (const std::exception& error) {
      return {false, error.what(), watch.seconds()};
    }
  }

 private:
  Measurement measure(const Item& item) {
    const Subject& subject = subjects_[item.subject];
    if (!model_ || loaded_ != item.subject) {
      model_.reset();
      model_ = std::make_unique<SubjectModel>(subject, tasks_.open(subject.cell.task));
      loaded_ = item.subject;
    }
    return item.unit ? model_->with(subject.units[*item.unit]) : model_->full_precision();
  }

  const std::vector<Subject>& subjects_;
  const std::vector<Item>& items_;
  TaskSet& tasks_;
  std::unique_ptr<SubjectModel> model_;
  size_t loaded_ = 0;
};

/// What rank 0 hears, by item.
class Outcomes : public SchedulerListener {
 public:
  explicit Outcomes(size_t items) : outcomes_(items) {}
  void started(size_t, int) override {}
  void finished(size_t item, int, const WorkOutcome& outcome) override {
    outcomes_[item] = outcome;
  }
  const WorkOutcome& operator[](size_t item) const { return outcomes_[item]; }

 private:
  std::vector<WorkOutcome> outcomes_;
};

SensitivityResult collect_tables(const std::vector<Subject>& subjects,
                                 const std::vector<Item>& items, const Outcomes& outcomes) {
  SensitivityResult result;
  for (const Subject& subject : subjects)
    result.tables.push_back({subject.cell.task.dataset.name,
                             subject.cell.model_label,
                             subject.cell.bits.name(),
                             "",
                             true,
                             kNotMeasured,
                             {}});
  for (size_t i = 0; i < items.size(); ++i) {
    const Subject& subject = subjects[items[i].subject];
    SensitivityTable& table = result.tables[items[i].subject];
    if (!outcomes[i].succeeded) {
      result.failures.push_back(
          fmt::format("{} {} {} {}: {}", table.dataset, table.model, table.bits,
                      items[i].unit ? subject.units[*items[i].unit].name : "full precision",
                      outcomes[i].summary));
      continue;
    }
    const auto measured = measurement_of(outcomes[i].summary);
    table.metric_name = measured.metric_name;
    table.higher_is_better = measured.higher_is_better;
    if (items[i].unit) {
      const size_t u = *items[i].unit;
      table.units.push_back(
          {subject.units[u].name, subject.kinds[u], measured.metric, measured.decibels});
    } else {
      table.full_precision = measured.metric;
    }
  }
  // Drops are against full precision.
  const auto unusable = [](const SensitivityTable& table) {
    return std::isnan(table.full_precision);
  };
  result.tables.erase(std::remove_if(result.tables.begin(), result.tables.end(), unusable),
                      result.tables.end());
  return result;
}

/// What all ranks start from; `error` instead where rank 0 found bad input.
struct Start {
  std::string error;
  std::vector<Cell> cells;
  int64_t threads = 0;
  TaskSet tasks;
};

Start start_of(const SweepConfig& sweep, const std::string& filter) {
  return {"", select_cells(expand(sweep), filter), sweep.threads, {}};
}

/// Rank 0 reads and checks the sweep for all.
Start agree_on_start(Communicator& communicator, const SensitivityOptions& options) {
  Start start;
  std::string yaml;
  if (communicator.rank() == 0) {
    try {
      const auto sweep = load_sweep(options.config, options.set, known_names());
      require_checkpoints(sweep);
      start = start_of(sweep, options.filter);
      for (const Cell& cell : subject_cells(start.cells))
        calibration_ids(start.tasks.open(cell.task), cell);
      yaml = resolved_yaml(sweep);
    } catch (const std::exception& error) {
      start.error = error.what();
    }
  }
  const auto job =
      from_message(communicator.broadcast(to_message({{"error", start.error}, {"sweep", yaml}})));
  start.error = job.at("error");
  if (!start.error.empty() || communicator.rank() == 0) return start;
  return start_of(
      parse_sweep(job.at("sweep"), "sweep of rank 0", known_names(), {/*check_files=*/false}),
      options.filter);
}

}  // namespace

SensitivityResult measure_sensitivity(Communicator& communicator,
                                      const SensitivityOptions& options) {
  auto start = agree_on_start(communicator, options);
  if (!start.error.empty()) return {start.error, {}, {}};
  const bool first = communicator.rank() == 0;
  set_threads(threads_for_rank(communicator, start.threads));
  const auto subjects = make_subjects(start.cells, start.tasks);
  const auto items = make_items(subjects);
  std::vector<size_t> numbers;
  for (size_t i = 0; i < items.size(); ++i) numbers.push_back(i);
  if (first) {
    fmt::print(stderr, "{} model(s) and bit width(s), {} measurements, {} rank(s)\n",
               subjects.size(), items.size(), communicator.size());
  }
  Outcomes outcomes(items.size());
  Worker worker(subjects, items, start.tasks);
  run_on_all_ranks(
      communicator, numbers, [&](size_t item) { return worker(item); }, outcomes);
  return first ? collect_tables(subjects, items, outcomes) : SensitivityResult();
}

}  // namespace ptqbench
