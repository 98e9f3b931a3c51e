#include "harness/config/cell.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

SweepConfig small_sweep() {
  return parse_sweep(
      "name: s\ntask: image_classification\ndataset: cifar10\nmodels: [resnet20, {name: "
      "mobilenet_v2_cifar, label: "
      "mb}]\nbits: [w4a4, w2a4, w3]\nmethods: [nearest, adaround, {name: qdrop, label: q25, set: "
      "{drop_probability: "
      "0.25, iterations: 30}}, qdrop]\nseeds: [1, 2]\nsettings: {iterations: 20, batch_size: "
      "4}\noverrides:\n"
      "  - {when: {model: mb, method: qdrop}, set: {round_weight: 0.1, iterations: 40}}\n"
      "  - {when: {bits: w2a4, seed: 2, method: [q25, nearest]}, set: {iterations: 50}}\n",
      "s.yaml", known_names());
}

const Cell& find(const std::vector<Cell>& cells, const std::string& label) {
  for (const auto& cell : cells) {
    if (cell_label(cell) == label) return cell;
  }
  throw std::runtime_error("no cell " + label);
}

TEST(Cell, TheProductHasEveryCellOnceInAFixedOrder) {
  const auto cells = expand(small_sweep());
  ASSERT_EQ(cells.size(), 2u * 3u * 4u * 2u);
  EXPECT_EQ(cell_label(cells[0]), "cifar10 resnet20 w4a4 nearest seed 1");
  EXPECT_EQ(cell_label(cells[1]), "cifar10 resnet20 w4a4 nearest seed 2");
  EXPECT_EQ(cell_label(cells[2]), "cifar10 resnet20 w4a4 adaround seed 1");
  EXPECT_EQ(cell_label(cells[8]), "cifar10 resnet20 w2a4 nearest seed 1");
  EXPECT_EQ(cell_label(cells[24]), "cifar10 mb w4a4 nearest seed 1");
  EXPECT_EQ(cell_label(cells[47]), "cifar10 mb w3a32 qdrop seed 2");
  EXPECT_EQ(cells[47].model, "mobilenet_v2_cifar");
  EXPECT_EQ(cells[47].bits.activations, 32);
  std::set<std::string> labels;
  for (const auto& cell : cells) labels.insert(cell_label(cell));
  EXPECT_EQ(labels.size(), cells.size());
}

TEST(Cell, CanBeMadeByItsNumberAlone) {
  const auto sweep = small_sweep();
  EXPECT_EQ(cell_count(sweep), 48u);
  EXPECT_EQ(cell_label(cell_at(sweep, 24)), "cifar10 mb w4a4 nearest seed 1");
  // With its overrides.
  EXPECT_EQ(cell_at(sweep, 30).settings.iterations, 40);
  EXPECT_THROW(cell_at(sweep, 48), std::out_of_range);
}

TEST(Cell, ASweepOfOneCellHasItsSettings) {
  for (const Cell& cell : expand(small_sweep())) {
    const auto text = resolved_yaml(sweep_of(cell));
    const auto sweep = parse_sweep(text, "cell", known_names());
    ASSERT_EQ(cell_count(sweep), 1U);
    const Cell again = cell_at(sweep, 0);
    EXPECT_EQ(canonical_settings(again), canonical_settings(cell)) << text;
    EXPECT_EQ(cell_label(again), cell_label(cell));
  }
}

TEST(Cell, SettingsComeFromTheSweepThenTheMethodThenTheOverridesInOrder) {
  const auto cells = expand(small_sweep());
  const auto& plain = find(cells, "cifar10 resnet20 w4a4 adaround seed 1").settings;
  EXPECT_EQ(plain.iterations, 20);
  EXPECT_EQ(plain.batch_size, 4);
  EXPECT_EQ(plain.drop_probability, 0.5);
  const auto& method = find(cells, "cifar10 resnet20 w4a4 q25 seed 1").settings;
  EXPECT_EQ(method.iterations, 30);
  EXPECT_EQ(method.drop_probability, 0.25);
  // By name an override means both qdrop entries.
  EXPECT_EQ(find(cells, "cifar10 mb w4a4 q25 seed 1").settings.iterations, 40);
  EXPECT_EQ(find(cells, "cifar10 mb w4a4 qdrop seed 1").settings.iterations, 40);
  EXPECT_EQ(find(cells, "cifar10 mb w4a4 qdrop seed 1").settings.round_weight, 0.1);
  EXPECT_EQ(find(cells, "cifar10 mb w4a4 adaround seed 1").settings.iterations, 20);
  // The later override wins where both match; by label it means one.
  EXPECT_EQ(find(cells, "cifar10 mb w2a4 q25 seed 2").settings.iterations, 50);
  EXPECT_EQ(find(cells, "cifar10 mb w2a4 q25 seed 2").settings.round_weight, 0.1);
  EXPECT_EQ(find(cells, "cifar10 mb w2a4 qdrop seed 2").settings.iterations, 40);
  EXPECT_EQ(find(cells, "cifar10 mb w2a4 q25 seed 1").settings.iterations, 40);
}

TEST(Cell, CellsThatDifferOnlyInTheCheckpointAreDistinct) {
  auto sweep = small_sweep();
  sweep.tasks[0].models[1] = sweep.tasks[0].models[0];
  sweep.tasks[0].models[1].label = "other";
  EXPECT_THROW(expand(sweep), ConfigError);
  sweep.tasks[0].models[1].checkpoint = "/x";
  EXPECT_NO_THROW(expand(sweep));
}

Cell example() {
  Cell cell;
  cell.task.name = "image_classification";
  cell.task.dataset.name = "cifar10";
  cell.task.dataset.mean = {0.5, 0.25};
  cell.model = "resnet20";
  cell.bits = {4, 4};
  cell.method = "qdrop";
  cell.seed = 1;
  return cell;
}

const InputHashes kHashes = {"aa", "", "cc", "bb"};

// The fingerprint is a promise to files already written: when this test fails, kResultFormatVersion
// has to go up. The hash is that of the text below, as sha256sum prints it.
TEST(Cell, TheFingerprintIsTheHashOfTheCanonicalText) {
  const std::string expected =
      "result_format_version=2\n"
      "activation_bits=4\n"
      "dataset.calibration_split=train\n"
      "dataset.crop=0\n"
      "dataset.evaluation_split=test\n"
      "dataset.mean=[0.5, 0.25]\n"
      "dataset.name=cifar10\n"
      "dataset.resize=0\n"
      "dataset.std=[]\n"
      "evaluation.batch_size=64\n"
      "evaluation.samples=0\n"
      "method=qdrop\n"
      "model=resnet20\n"
      "seed=1\n"
      "settings.activation_quantizer=lsq\n"
      "settings.activation_range=mse\n"
      "settings.activation_symmetric=false\n"
      "settings.batch_size=32\n"
      "settings.beta_end=2\n"
      "settings.beta_start=20\n"
      "settings.calibration_samples=1024\n"
      "settings.drop_probability=0.5\n"
      "settings.first_last=qdrop\n"
      "settings.iterations=20000\n"
      "settings.range_samples=256\n"
      "settings.round_weight=0.01\n"
      "settings.rounding_lr=0.001\n"
      "settings.step_iterations=5000\n"
      "settings.step_lr=4e-05\n"
      "settings.step_phase_lr=0.0004\n"
      "settings.step_phase_norm=2.4\n"
      "settings.warm_up=0.2\n"
      "settings.weight_per_channel=true\n"
      "settings.weight_range=mse\n"
      "settings.weight_symmetric=false\n"
      "task=image_classification\n"
      "weight_bits=4\n"
      "checkpoint_sha256=aa\n"
      "data_sha256=cc\n"
      "calibration_ids_sha256=bb\n";
  EXPECT_EQ(fingerprint_text(example(), kHashes), expected);
  EXPECT_EQ(fingerprint(example(), kHashes),
            "72b569817ad545d8b231184843ef10c3cb4be363e60020a9aaab405dfa6ab87a");
}

/// Another valid value for a member, whatever it is.
void change(int64_t& value) { value += 1; }
void change(double& value) { value = value * 0.5 + 0.125; }
void change(bool& value) { value = !value; }
void change(std::string& value) { value += "x"; }
void change(std::vector<double>& value) { value.push_back(0.5); }

template <class PartOf>
void expect_sensitive(PartOf part_of, const std::set<std::string>& except = {}) {
  const auto before = fingerprint(example(), kHashes);
  for (const auto& field : std::decay_t<decltype(part_of(*std::make_unique<Cell>()))>::fields()) {
    auto cell = example();
    std::visit([&](auto member) { change(part_of(cell).*member); }, field.member);
    EXPECT_EQ(fingerprint(cell, kHashes) == before, except.count(field.name) == 1) << field.name;
  }
}

TEST(Cell, TheFingerprintDependsOnEverythingThatDecidesTheResult) {
  expect_sensitive([](Cell & cell) -> auto& { return cell.settings; }, {"quantize_heads"});
  expect_sensitive([](Cell & cell) -> auto& { return cell.evaluation; });
  expect_sensitive([](Cell & cell) -> auto& { return cell.task.dataset; },
                   {"root", "label_file", "classes"});
  std::set<std::string> prints = {
      fingerprint(example(), kHashes), fingerprint(example(), {"a", "", "cc", "bb"}),
      fingerprint(example(), {"aa", "", "c", "bb"}), fingerprint(example(), {"aa", "", "cc", "b"}),
      fingerprint(example(), {"aa", "m", "cc", "bb"})};
  const auto add = [&](auto alter) {
    auto cell = example();
    alter(cell);
    prints.insert(fingerprint(cell, kHashes));
  };
  add([](Cell& cell) { cell.task.name = "object_detection"; });
  add([](Cell& cell) { cell.model = "resnet18"; });
  add([](Cell& cell) { cell.method = "brecq"; });
  add([](Cell& cell) { cell.bits.weights = 3; });
  add([](Cell& cell) { cell.bits.activations = 3; });
  add([](Cell& cell) { cell.bits.embeddings = 8; });
  add([](Cell& cell) { cell.task.text.vocabulary = "v.txt"; });
  add([](Cell& cell) {
    cell.task.text.vocabulary = "v.txt";
    cell.task.text.max_length = 64;
  });
  add([](Cell& cell) { cell.seed = 2; });
  EXPECT_EQ(prints.size(), 14u);
}

TEST(Cell, TheFingerprintDependsOnQuantizedHeadsWhereThereAreHeads) {
  auto cell = example();
  cell.task.name = "object_detection";
  const auto before = fingerprint(cell, kHashes);
  cell.settings.quantize_heads = true;
  EXPECT_NE(fingerprint(cell, kHashes), before);
}

TEST(Cell, TheFingerprintDoesNotDependOnLabelsAndPaths) {
  auto cell = example();
  cell.model_label = "a";
  cell.method_label = "b";
  cell.checkpoint = "/some/where";
  cell.task.dataset.root = "/data";
  EXPECT_EQ(fingerprint(cell, kHashes), fingerprint(example(), kHashes));
}

// Results from before there were these settings keep their names.
TEST(Cell, TheFingerprintNamesHowPicturesAreResizedOnlyWhereItIsNotTheUsualWay) {
  const auto text = fingerprint_text(example(), kHashes);
  for (const char* name : {"squash", "crop_fraction", "interpolation", "antialias", "cache",
                           "checkpoint_choice"}) {
    EXPECT_EQ(text.find(name), std::string::npos) << name;
  }
  auto cell = example();
  cell.task.dataset.interpolation = "bicubic";
  cell.task.dataset.antialias = false;
  cell.task.dataset.squash = {384, 320};
  cell.task.dataset.crop_fraction = 0.9;
  for (const char* line : {"dataset.interpolation=bicubic\n", "dataset.antialias=false\n",
                           "dataset.squash=[384, 320]\n", "dataset.crop_fraction=0.9\n"}) {
    EXPECT_NE(fingerprint_text(cell, kHashes).find(line), std::string::npos) << line;
  }
}

TEST(Cell, TheFingerprintDependsOnWhatIsTakenOfTheCheckpoint) {
  std::set<std::string> prints = {fingerprint(example(), kHashes)};
  for (const auto& options : std::vector<CheckpointOptions>{
           {"ema", "", {}}, {"", "model.", {}}, {"", "", {"head.*"}}}) {
    auto cell = example();
    cell.checkpoint_options = options;
    prints.insert(fingerprint(cell, kHashes));
  }
  EXPECT_EQ(prints.size(), 4u);
}

TEST(Cell, TheFingerprintDoesNotDependOnTheCache) {
  auto cell = example();
  cell.task.cache = "/some/where";
  EXPECT_EQ(fingerprint(cell, kHashes), fingerprint(example(), kHashes));
}

TEST(Cell, AModelsToleranceGoesBeforeTheSweeps) {
  auto sweep = small_sweep();
  sweep.full_precision_tolerance = 1;
  sweep.on_full_precision_mismatch = OnMismatch::kContinue;
  sweep.tasks[0].models[0].expected = 71;
  sweep.tasks[0].models[1].expected = 72;
  sweep.tasks[0].models[1].full_precision_tolerance = 0.25;
  const auto cells = expand(sweep);
  const auto& first = cells.front().full_precision;
  EXPECT_EQ(first.expected, 71);
  EXPECT_EQ(first.tolerance, 1);
  EXPECT_EQ(first.on_mismatch, OnMismatch::kContinue);
  EXPECT_EQ(cells.back().full_precision.expected, 72);
  EXPECT_EQ(cells.back().full_precision.tolerance, 0.25);
}

// It decides no number of a cell that passes, and a cell that failed by it runs again anyway.
TEST(Cell, TheFingerprintDoesNotDependOnTheFullPrecisionGate) {
  auto cell = example();
  cell.full_precision = {71.0, 5, 0.25, OnMismatch::kContinue};
  EXPECT_EQ(fingerprint(cell, kHashes), fingerprint(example(), kHashes));
}

// What is in the list counts, by the hash of the ids.
TEST(Cell, TheFingerprintDoesNotDependOnTheReportAndWhereTheIdsAreListed) {
  auto cell = example();
  cell.report = {1, 2, 3, {0.5}};
  cell.calibration_ids = "/some/where";
  EXPECT_EQ(fingerprint(cell, kHashes), fingerprint(example(), kHashes));
}

TEST(Cell, TakesReportAndIdsFromTheSweep) {
  auto sweep = small_sweep();
  sweep.report.held_out_samples = 3;
  sweep.calibration_ids = "/ids.txt";
  const auto cells = expand(sweep);
  EXPECT_EQ(cells.front().report.held_out_samples, 3);
  EXPECT_EQ(cells.front().calibration_ids, "/ids.txt");
}

TEST(Cell, ATaskChangesTheReportAndHasIdsOfItsOwn) {
  auto sweep = small_sweep();
  sweep.report.held_out_samples = 3;
  sweep.report.flatness_samples = 4;
  sweep.calibration_ids = "/ids.txt";
  sweep.tasks.push_back(sweep.tasks[0]);
  sweep.tasks[1].options.dataset.name = "fashion_mnist";
  sweep.tasks[1].report = {{"held_out_samples", "5"}};
  sweep.tasks[1].calibration_ids = "/own.txt";
  const auto cells = expand(sweep);
  EXPECT_EQ(cells.front().report.held_out_samples, 3);
  EXPECT_EQ(cells.front().calibration_ids, "/ids.txt");
  EXPECT_EQ(cells.back().report.held_out_samples, 5);
  EXPECT_EQ(cells.back().report.flatness_samples, 4);
  EXPECT_EQ(cells.back().calibration_ids, "/own.txt");
}

// Those of the built-in ones are none, so that their results keep their names.
TEST(Cell, TheFingerprintNamesTheVersionsOfRegistrations) {
  auto hashes = kHashes;
  hashes.versions = {{"method", "2"}, {"task", "b"}};
  EXPECT_EQ(fingerprint_text(example(), hashes),
            fingerprint_text(example(), kHashes) + "method_version=2\ntask_version=b\n");
}

TEST(Cell, ASettingThatTheMethodDoesNotUseStillCounts) {
  auto cell = example();
  cell.method = "nearest";
  const auto before = fingerprint(cell, kHashes);
  cell.settings.drop_probability = 0.25;
  EXPECT_NE(fingerprint(cell, kHashes), before);
}

TEST(Cell, CanonicalSettingsAreSortedAndWithoutPaths) {
  const auto settings = canonical_settings(example());
  EXPECT_TRUE(std::is_sorted(settings.begin(), settings.end()));
  for (const auto& [name, value] : settings) EXPECT_NE(name, "dataset.root");
}

}  // namespace
}  // namespace ptqbench
