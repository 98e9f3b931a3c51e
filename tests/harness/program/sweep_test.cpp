#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>

#include "results/files/collect.h"
#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using testing::computed_values;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;

std::map<std::string, std::string> computed(const std::string& run_dir) {
  std::map<std::string, std::string> values;
  for (const auto& record : stored_cells(run_dir)) {
    values[record.fingerprint] = computed_values(record);
  }
  return values;
}

std::map<std::string, std::string> start_times(const std::string& run_dir) {
  std::map<std::string, std::string> times;
  for (const auto& record : stored_cells(run_dir)) {
    times[record.fingerprint] = record.started_at + " attempt " + std::to_string(record.attempt);
  }
  return times;
}

TEST(Sweep, GivesTheSameNumbersOnAnyNumberOfRanksAndWhenInterrupted) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto alone = ptqbench("run " + config + " --out " + folder.at("alone"));
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  const auto expected = computed(folder.at("alone"));
  ASSERT_EQ(expected.size(), 4U);

  for (const int ranks : {1, 2, 4}) {
    const auto out = folder.at("ranks" + std::to_string(ranks));
    const auto run = ptqbench("run " + config + " --out " + out, ranks);
    ASSERT_EQ(run.exit_code, 0) << run.output;
    EXPECT_EQ(computed(out), expected) << ranks << " ranks";
  }

  const auto halves = folder.at("halves");
  const auto first = ptqbench("run " + config + " --limit 2 --out " + halves);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const auto begun = start_times(halves);
  EXPECT_EQ(begun.size(), 2U);
  const auto second = ptqbench("run " + config + " --out " + halves, 2);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_EQ(computed(halves), expected);
  for (const auto& [fingerprint, time] : begun) {
    EXPECT_EQ(start_times(halves).at(fingerprint), time) << "a finished cell must not run again";
  }
}

TEST(Sweep, RunsOnlyWhatChangedAndShowsOnlyTheCurrentSweep) {
  const TemporaryFolder folder;
  const auto out = folder.at("run");
  const auto config = folder.write("small.yaml", small_sweep());
  const std::string nearest = " --filter method=nearest --out " + out;
  ASSERT_EQ(ptqbench("run " + config + nearest).exit_code, 0);
  const auto again = ptqbench("run " + config + nearest);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output, HasSubstr("4 cells, 1 already done, 0 to run now"));
  EXPECT_THAT(again.output, HasSubstr("1 of 4 cells finished, 0 failed, 3 not run"));
  EXPECT_THAT(again.output, Not(HasSubstr("earlier settings")));

  const auto changed = ptqbench("run " + config + nearest + " --set settings.weight_range=min_max");
  EXPECT_THAT(changed.output, HasSubstr("4 cells, 0 already done, 1 to run now"));
  EXPECT_THAT(changed.output, HasSubstr("1 of 4 cells finished, 0 failed, 3 not run"));
  EXPECT_THAT(changed.output, HasSubstr("1 more cell file is of earlier settings"));
  EXPECT_EQ(computed(out).size(), 2U) << "the older result is kept";

  const auto back = ptqbench("run " + config + nearest);
  EXPECT_THAT(back.output, HasSubstr("1 already done, 0 to run now"));
}

TEST(Sweep, FilteredRunsAddUpToTheWholeTable) {
  const TemporaryFolder folder;
  const auto out = folder.at("run");
  const auto config = folder.write("small.yaml", small_sweep());
  ASSERT_EQ(ptqbench("run " + config + " --filter method=adaround --out " + out).exit_code, 0);
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest --out " + out).exit_code, 0);
  const auto results = read_results(out);
  std::vector<std::string> states;
  for (const auto& record : results.records) {
    states.push_back(record.method + " " + status_name(record.status));
  }
  EXPECT_THAT(states, ElementsAre("nearest finished", "adaround finished", "brecq missing",
                                  "qdrop missing"));
  EXPECT_TRUE(std::filesystem::exists(folder.at("run/results.h5")));
}

/// The row of a console table that starts with these words; empty without one.
std::string row_of(const std::string& text, const std::string& words) {
  const auto before = text.find("\n" + words);
  if (before == std::string::npos) return "";
  return text.substr(before + 1, text.find('\n', before + 1) - before - 1);
}

const char* const kNumberAtTheEnd = "[0-9]\\.[0-9][0-9]$";

TEST(Sweep, ANewLabelRenamesFinishedCells) {
  const TemporaryFolder folder;
  const auto out = folder.at("run");
  auto sweep = small_sweep();
  const auto config = folder.write("small.yaml", sweep);
  const std::string run = "run " + config + " --filter bits=w2a4,method=nearest --out " + out;
  ASSERT_EQ(ptqbench(run).exit_code, 0);
  sweep.replace(sweep.find("{name: resnet20,"), 16, "{name: resnet20, label: mine,");
  sweep.replace(sweep.find("[nearest,"), 9, "[{name: nearest, label: rounded},");
  folder.write("small.yaml", sweep);
  const auto renamed = ptqbench(run);
  EXPECT_THAT(renamed.output, HasSubstr("1 already done, 0 to run now"));
  EXPECT_THAT(renamed.output, HasSubstr("mine"));
  EXPECT_THAT(row_of(ptqbench("table " + out).output, "w2a4  rounded"),
              ContainsRegex(kNumberAtTheEnd));
}

TEST(Sweep, TheTableOfACopyNeedsNeitherCheckpointNorSweepFile) {
  const TemporaryFolder folder;
  const auto checkpoint = folder.at("mine.safetensors");
  std::filesystem::copy_file(
      std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/resnet20_fashion_mnist.safetensors",
      checkpoint);
  auto sweep = small_sweep();
  const auto begin = sweep.find("checkpoint: ");
  sweep.replace(begin, sweep.find('}', begin) - begin, "checkpoint: mine.safetensors");
  const auto config = folder.write("small.yaml", sweep);
  const auto run = ptqbench("run " + config + " --filter method=nearest --out " + folder.at("run"));
  ASSERT_EQ(run.exit_code, 0) << run.output;
  std::filesystem::rename(folder.at("run"), folder.at("laptop"));
  std::filesystem::remove(checkpoint);
  std::filesystem::remove(config);
  std::filesystem::remove(folder.at("laptop/sweep.yaml"));
  const auto table = ptqbench("table " + folder.at("laptop"));
  EXPECT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(row_of(table.output, "w2a4  nearest"), ContainsRegex(kNumberAtTheEnd));
  EXPECT_THAT(row_of(table.output, "w2a4  qdrop"), HasSubstr("\u2026"));
}

TEST(Sweep, MappedStreamsGiveTheSameNumbersInLessMemory) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const std::string cell = " --filter method=qdrop --set settings.calibration_samples=1024";
  const auto in_memory = (folder / "memory").string();
  const auto mapped = (folder / "mapped").string();
  ASSERT_EQ(ptqbench("run " + config + cell + " --out " + in_memory).exit_code, 0);
  const auto records = stored_cells(in_memory);
  ASSERT_EQ(records.size(), 1U);

  const int64_t budget = records[0].memory_bytes * 8 / 10;
  const auto tight = cell + " --set memory_budget=" + std::to_string(budget) + " --out " + mapped;
  const auto plan = ptqbench("plan " + config + tight);
  EXPECT_THAT(plan.output, HasSubstr("in files of the run directory"));
  const auto run = ptqbench("run " + config + tight);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto again = stored_cells(mapped);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(computed_values(again[0]), computed_values(records[0]));
  EXPECT_LT(again[0].memory_bytes, budget);
  for (const auto& entry : std::filesystem::directory_iterator(mapped))
    EXPECT_EQ(entry.path().filename().string().find("streams"), std::string::npos);

  const auto hopeless = ptqbench("run " + config + cell + " --set memory_budget=10MiB --out " +
                                 (folder / "none").string());
  EXPECT_EQ(hopeless.exit_code, 2);
  EXPECT_THAT(hopeless.output, HasSubstr("even with its calibration streams in files"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

/// Bytes of the cell in a plan of one, "634 MiB" or "1.50 GiB".
double stated_memory(const std::string& plan) {
  std::smatch found;
  if (!std::regex_search(plan, found, std::regex("([0-9.]+) ([MG])iB  to do"))) return 0;
  return std::stod(found[1]) * (found[2] == "M" ? 1 << 20 : 1 << 30);
}

std::string detector_sweep(const std::string& model, const std::string& methods) {
  return fmt::format(R"(
name: detector
task: object_detection
dataset: scenes
models: [{{name: {0}, checkpoint: {1}/configs/checkpoints/{0}_scenes.safetensors}}]
bits: [w4a4]
methods: {2}
settings: {{calibration_samples: 256, range_samples: 16, batch_size: 2, iterations: 2,
           step_iterations: 2}}
evaluation: {{samples: 4, batch_size: 2}}
report: {{held_out_samples: 16, flatness_samples: 2}}
threads: 1
)",
                     model, PTQBENCH_SOURCE_DIR, methods);
}

TEST(Sweep, HeadsCountInTheStatedMemoryWhereTheyAreQuantized) {
  const TemporaryFolder folder;
  const auto config =
      folder.write("detector.yaml", detector_sweep("faster_rcnn_resnet18_narrow",
                                                   "[qdrop, {name: qdrop, label: heads, "
                                                   "set: {quantize_heads: true}}]"));
  const auto plan = ptqbench("plan " + config + " --out " + folder.at("run")).output;
  const double neck = stated_memory(row_of(plan, "scenes faster_rcnn_resnet18_narrow w4a4 qdrop"));
  EXPECT_GT(neck, 0) << plan;
  EXPECT_GT(stated_memory(row_of(plan, "scenes faster_rcnn_resnet18_narrow w4a4 heads")), neck)
      << plan;
}

TEST(Sweep, ADetectorTakesNoMoreMemoryThanStated) {
  const TemporaryFolder folder;
  const auto config =
      folder.write("detector.yaml", detector_sweep("retinanet_resnet18_narrow", "[qdrop]"));
  const auto taken = [&](const std::string& out) {
    const auto run = ptqbench("run " + config + out);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return static_cast<double>(stored_cells((folder / "run").string()).at(0).memory_bytes);
  };
  const std::string out = " --out " + folder.at("run");
  const double stated = stated_memory(ptqbench("plan " + config + out).output);
  const double in_memory = taken(out);
  EXPECT_LT(in_memory, stated);
  // Nor does the estimate scare people off.
  EXPECT_GT(in_memory, 0.6 * stated);

  std::filesystem::remove_all(folder / "run");
  const int64_t budget = 350 << 20;
  ASSERT_LT(budget, in_memory);
  EXPECT_LT(taken(out + " --set memory_budget=" + std::to_string(budget)), budget);
}

TEST(Sweep, PlanKnowsWhatIsDone) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const std::string out = " --out " + folder.at("run");
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest" + out).exit_code, 0);
  const auto plan = ptqbench("plan " + config + out);
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.output, HasSubstr("4 cells, 1 done, 3 to do"));
}

TEST(Sweep, PlanEstimatesGpuHoursAtAStatedThroughput) {
  const std::string plan = std::string("plan ") + PTQBENCH_SOURCE_DIR +
                           "/configs/paper/qdrop_imagenet.yaml --filter model=resnet18,bits=w4a4";
  // 2 * 3672.32e12 / 5e12 / 3600 = 0.408.
  EXPECT_THAT(ptqbench(plan).output,
              AllOf(ContainsRegex(" 3672.32 +[0-9.]+ +0.408 "),
                    HasSubstr("an estimate, not measured: 0.41 left at 5 TFLOP/s sustained")));
  EXPECT_THAT(ptqbench(plan + " --gpu-tflops 0.5").output,
              AllOf(ContainsRegex(" 3672.32 +[0-9.]+ +4.080 "), HasSubstr("4.08 left at 0.5")));
  EXPECT_EQ(ptqbench(plan + " --gpu-tflops 0").exit_code, 2);
}

TEST(Sweep, DryRunLeavesNothingBehind) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto run = ptqbench("run " + config + " --dry-run --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("4 to do"));
  EXPECT_FALSE(std::filesystem::exists(folder.at("run")));
}

TEST(Sweep, OneBadCellFailsAndTheRestGoesOn) {
  const TemporaryFolder folder;
  const std::string shipped = std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/";
  const auto config = folder.write("two.yaml",
                                   "name: two\ntask: image_classification\ndataset: "
                                   "fashion_mnist\nmodels: [{name: resnet20, checkpoint: " +
                                       shipped +
                                       "resnet20_fashion_mnist.safetensors}, {name: "
                                       "mobilenet_v2_cifar, expected: 12, expected_samples: 100, "
                                       "checkpoint: " +
                                       shipped +
                                       "mobilenet_v2_cifar_fashion_mnist.safetensors}]\nbits: "
                                       "[w4a4]\nmethods: [nearest]\nsettings: "
                                       "{calibration_samples: 16, range_samples: 16}\n"
                                       "evaluation: {samples: 100}\nthreads: 1\n");
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"), 2);
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr("1 of 2 cells finished, 1 failed"));
  EXPECT_THAT(run.output, HasSubstr("expected 12.00 within 0.5"));
  EXPECT_THAT(run.output, HasSubstr("FAILED, will be tried again: full_precision: "));
  for (const auto& record : stored_cells(folder.at("run")))
    EXPECT_EQ(record.attempt, record.model == "resnet20" ? 1 : 2) << record.model;
  const auto table = ptqbench("table " + folder.at("run"));
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("failed"));

  const auto others =
      ptqbench("run " + config + " --filter model=resnet20 --out " + folder.at("run"));
  EXPECT_EQ(others.exit_code, 0) << "the failed cell was not asked for";
  EXPECT_THAT(others.output,
              HasSubstr("failed: mobilenet_v2_cifar w4a4 nearest seed 1: full_precision: "));
}

TEST(Sweep, ACheckpointThatDoesNotFitIsRefusedBeforeAnyCell) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  sweep.replace(sweep.find("name: resnet20"), 14, "name: resnet32");
  const auto config = folder.write("small.yaml", sweep);
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"), 2);
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, ContainsRegex("ptqbench: model resnet32: checkpoint .* does not fit"));
  EXPECT_FALSE(std::filesystem::exists(folder.at("run")));
}

TEST(Sweep, PlanReadsTheCheckpoints) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  sweep.replace(sweep.find("name: resnet20"), 14, "name: resnet32");
  const auto config = folder.write("small.yaml", sweep);
  const auto plan = ptqbench("plan " + config + " --out " + folder.at("run"));
  EXPECT_EQ(plan.exit_code, 2) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("4 to do"));
  EXPECT_THAT(
      plan.output,
      ContainsRegex("ptqbench: model resnet32: checkpoint .*resnet20_fashion_mnist.safetensors "
                    "does not fit the model; 60 missing: layer1.3.conv1"));
}

/// The small sweep with one method and this expectation of the first 100 samples.
std::string expecting_sweep(const std::string& expected, const std::string& extra = "") {
  auto sweep = small_sweep(extra);
  sweep.insert(sweep.find(".safetensors}]") + 12, ", expected_samples: 100, expected: " + expected);
  sweep.replace(sweep.find("[nearest"),
                sweep.find(']', sweep.find("[nearest")) - sweep.find("[nearest") + 1, "[nearest]");
  return sweep;
}

TEST(Sweep, AnUnexpectedFullPrecisionMetricFailsTheCellUntilTheExpectationChanges) {
  const TemporaryFolder folder;
  const auto out = folder.at("run");
  const std::string run = "run " + folder.write("gate.yaml", expecting_sweep("50")) + " --out ";
  const auto refused = ptqbench(run + out);
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("expected 50.00 within 0.5"));
  const auto failed = stored_cells(out);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].failed_stage, "full_precision");
  EXPECT_GT(failed[0].full_precision_metric, 80);

  const auto right = std::to_string(failed[0].full_precision_metric);
  folder.write("gate.yaml", expecting_sweep(right));
  const auto passed = ptqbench(run + out);
  EXPECT_EQ(passed.exit_code, 0) << passed.output;
  EXPECT_THAT(passed.output, HasSubstr("0 already done, 1 to run now"));
  EXPECT_THAT(passed.output, Not(HasSubstr("not the expected one")));
  // What has passed does not run again.
  folder.write("gate.yaml", expecting_sweep(right, "full_precision_tolerance: 1\n"));
  EXPECT_THAT(ptqbench(run + out).output, HasSubstr("1 already done, 0 to run now"));
}

TEST(Sweep, AnOverriddenGateIsNotedInTheTable) {
  const TemporaryFolder folder;
  const auto config =
      folder.write("gate.yaml", expecting_sweep("50", "on_full_precision_mismatch: continue\n"));
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("resnet20: the full-precision metric is not the expected one"));
  const auto cells = stored_cells(folder.at("run"));
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_THAT(cells[0].provenance.at("full_precision_override"),
              HasSubstr("expected 50.00 within 0.5"));
}

TEST(Sweep, EveryTableFormatIsPrinted) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto out = folder.at("run");
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest --out " + out).exit_code, 0);
  EXPECT_THAT(ptqbench("table " + out).output, HasSubstr("nearest"));
  EXPECT_THAT(ptqbench("table " + out + " --format markdown").output, HasSubstr("| "));
  EXPECT_THAT(ptqbench("table " + out + " --format latex").output, HasSubstr("\\toprule"));
  EXPECT_THAT(ptqbench("table " + out + " --format csv").output,
              HasSubstr("image_classification,"));
}

}  // namespace
}  // namespace ptqbench
