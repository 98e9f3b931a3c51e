#include "harness/config/sweep.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

/// Uses every section and shorthand.
const char* const kFull = R"(
name: full
task: image_classification
dataset: {name: cifar10, root: data, label_file: lists/val.txt, classes: 10, mean: [0.1, 0.25, 0.5], std: [1, 1, 1]}
models:
  - resnet20
  - {name: mobilenet_v2_cifar, checkpoint: checkpoints/x.safetensors, label: "mb: v2", expected: 92.5, expected_samples: 50, full_precision_tolerance: 0.25}
bits: [W4A4, w2, {weights: 3, activations: 3}]
methods:
  - nearest
  - {name: qdrop, label: qdrop_p25, set: {drop_probability: 0.25, first_last: none}}
seeds: [1, 2]
settings: {iterations: 500, rounding_lr: 3.3e-5, weight_symmetric: true}
overrides:
  - when: {model: mobilenet_v2_cifar, method: [brecq, qdrop], bits: [w2, W4a4], seed: 2}
    set: {round_weight: 0.1, iterations: 700}
  - when: {method: qdrop_p25}
    set: {beta_end: 3}
evaluation: {samples: 100, batch_size: 50}
report: {held_out_samples: 0, flatness_magnitudes: [0.5]}
calibration_ids: lists/ids.txt
threads: 3
device: cuda
ranks_per_gpu: 4
retries: 4
crash_limit: 5
full_precision_tolerance: 1
on_full_precision_mismatch: continue
reproduces: [qdrop_imagenet_paper, brecq]
)";

class Sweep : public ConfigFiles {
 protected:
  /// The message for the basic sweep with `more` (from line 7 on) appended, without the path before
  /// each line number.
  std::string error_with(const std::string& more, const std::vector<std::string>& sets = {}) {
    return error_of(basic_sweep() + more, sets);
  }
  std::string error_of(const std::string& text, const std::vector<std::string>& sets = {}) {
    const auto path = write("s.yaml", text);
    auto message = config_error([&] { load(path, sets); });
    for (auto found = message.find(path); found != std::string::npos; found = message.find(path)) {
      message.replace(found, path.size(), "s.yaml");
    }
    return message;
  }
  /// kFull, with the files that it names.
  SweepConfig load_full() {
    write("checkpoints/x.safetensors", "x");
    write("lists/ids.txt", "");
    return load(write("full.yaml", kFull));
  }
  SweepConfig load_with(const std::string& more, const std::vector<std::string>& sets = {}) {
    return load(write("s.yaml", basic_sweep() + more), sets);
  }
};

TEST_F(Sweep, ReadsEverySection) {
  const auto sweep = load_full();
  EXPECT_EQ(sweep.name, "full");
  EXPECT_EQ(sweep.tasks[0].options.name, "image_classification");
  EXPECT_EQ(sweep.tasks[0].options.dataset.name, "cifar10");
  EXPECT_EQ(sweep.tasks[0].options.dataset.root, at("data"));
  EXPECT_EQ(sweep.tasks[0].options.dataset.label_file, at("lists/val.txt"));
  EXPECT_EQ(sweep.tasks[0].options.dataset.classes, 10);
  EXPECT_EQ(sweep.tasks[0].options.dataset.mean, (std::vector<double>{0.1, 0.25, 0.5}));
  ASSERT_EQ(sweep.tasks[0].models.size(), 2u);
  EXPECT_EQ(sweep.tasks[0].models[0].label, "resnet20");
  EXPECT_TRUE(sweep.tasks[0].models[0].checkpoint.empty());
  EXPECT_EQ(sweep.tasks[0].models[1].label, "mb: v2");
  EXPECT_EQ(sweep.tasks[0].models[1].checkpoint, at("checkpoints/x.safetensors"));
  EXPECT_FALSE(sweep.tasks[0].models[0].expected);
  EXPECT_EQ(sweep.tasks[0].models[1].expected, 92.5);
  EXPECT_EQ(sweep.tasks[0].models[1].expected_samples, 50);
  EXPECT_EQ(sweep.tasks[0].models[1].full_precision_tolerance, 0.25);
  EXPECT_EQ(sweep.full_precision_tolerance, 1);
  EXPECT_EQ(sweep.on_full_precision_mismatch, OnMismatch::kContinue);
  ASSERT_EQ(sweep.bits.size(), 3u);
  EXPECT_EQ(sweep.bits[1].name(), "w2a32");
  ASSERT_EQ(sweep.methods.size(), 2u);
  EXPECT_EQ(sweep.methods[1].label, "qdrop_p25");
  EXPECT_EQ(sweep.methods[1].set,
            (OptionTexts{{"drop_probability", "0.25"}, {"first_last", "none"}}));
  EXPECT_EQ(sweep.seeds, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(sweep.settings.iterations, 500);
  EXPECT_EQ(sweep.settings.rounding_lr, 3.3e-5);
  EXPECT_TRUE(sweep.settings.weight_symmetric);
  EXPECT_EQ(sweep.settings.batch_size, MethodSettings().batch_size);
  ASSERT_EQ(sweep.overrides.size(), 2u);
  EXPECT_EQ(sweep.overrides[0].when.methods, (std::vector<std::string>{"brecq", "qdrop"}));
  EXPECT_EQ(sweep.overrides[0].set, (OptionTexts{{"iterations", "700"}, {"round_weight", "0.1"}}));
  EXPECT_EQ(sweep.evaluation.samples, 100);
  EXPECT_EQ(sweep.evaluation.batch_size, 50);
  EXPECT_EQ(sweep.report.held_out_samples, 0);
  EXPECT_EQ(sweep.report.flatness_magnitudes, (std::vector<double>{0.5}));
  EXPECT_EQ(sweep.calibration_ids, at("lists/ids.txt"));
  EXPECT_EQ(sweep.threads, 3);
  EXPECT_EQ(sweep.device.device, "cuda");
  EXPECT_EQ(sweep.device.ranks_per_gpu, 4);
  EXPECT_EQ(sweep.retries, 4);
  EXPECT_EQ(sweep.crash_limit, 5);
  EXPECT_EQ(sweep.reproduces, (std::vector<std::string>{"qdrop_imagenet_paper", "brecq"}));
}

TEST_F(Sweep, TasksMayHaveReportsAndCalibrationSamplesOfTheirOwn) {
  write("own.txt", "");
  const std::string rest = "bits: [w4a4]\nmethods: [qdrop]\nreport: {held_out_samples: 7}\n";
  const auto sweep = load(write("s.yaml",
                                "name: two\ntasks:\n"
                                "  - {task: image_classification, dataset: cifar10, models: "
                                "[resnet20]}\n"
                                "  - {task: image_classification, dataset: fashion_mnist, models: "
                                "[{name: resnet20, label: other}], report: {flatness_samples: 0}, "
                                "calibration_ids: own.txt}\n" +
                                    rest));
  EXPECT_TRUE(sweep.tasks[0].report.empty());
  EXPECT_EQ(sweep.tasks[1].report, (OptionTexts{{"flatness_samples", "0"}}));
  EXPECT_EQ(sweep.tasks[1].calibration_ids, at("own.txt"));
  EXPECT_EQ(sweep.report.held_out_samples, 7);
  EXPECT_EQ(parse_sweep(resolved_yaml(sweep), "resolved", known_names()), sweep);
}

TEST_F(Sweep, WhatIsLeftOutHasItsDefault) {
  const auto sweep = load_with("settings:\noverrides:\n");
  EXPECT_EQ(sweep.seeds, (std::vector<int64_t>{1}));
  EXPECT_EQ(sweep.threads, 0);
  EXPECT_EQ(sweep.device.device, "auto");
  EXPECT_EQ(sweep.device.ranks_per_gpu, 1);
  EXPECT_EQ(sweep.device.devices_per_cell, 1);
  EXPECT_EQ(load_with("devices_per_cell: 4\n").device.devices_per_cell, 4);
  EXPECT_EQ(sweep.retries, 1);
  EXPECT_EQ(sweep.crash_limit, 3);
  EXPECT_EQ(sweep.full_precision_tolerance, 0.5);
  EXPECT_EQ(sweep.on_full_precision_mismatch, OnMismatch::kFail);
  EXPECT_EQ(sweep.evaluation.samples, 0);
  EXPECT_EQ(option_texts(sweep.settings), option_texts(MethodSettings()));
  EXPECT_EQ(option_texts(sweep.report), option_texts(ReportOptions()));
  EXPECT_TRUE(sweep.calibration_ids.empty());
}

TEST_F(Sweep, TheResolvedTextReadsBackToAnEqualSweep) {
  const auto sweep = load_full();
  const auto text = resolved_yaml(sweep);
  const auto again = parse_sweep(text, "resolved", known_names());
  EXPECT_TRUE(again == sweep) << text;
  EXPECT_EQ(resolved_yaml(again), text);
  EXPECT_TRUE(load(write("elsewhere/resolved.yaml", text)) == sweep);
}

TEST_F(Sweep, AModelSaysWhatItsCheckpointDoesNot) {
  const auto sweep = load_with("", {"models=[{name: resnet20, checkpoint_entry: ema.model, "
                                    "prefix: net., ignore: [\"head.*\", x]}]"});
  const auto& options = sweep.tasks[0].models[0].checkpoint_options;
  EXPECT_EQ(options.entry, "ema.model");
  EXPECT_EQ(options.prefix, "net.");
  EXPECT_EQ(options.ignore, (std::vector<std::string>{"head.*", "x"}));
  EXPECT_TRUE(parse_sweep(resolved_yaml(sweep), "resolved", known_names()) == sweep)
      << resolved_yaml(sweep);
}

TEST_F(Sweep, TheCacheIsAPathThatEveryTaskKnows) {
  const auto sweep = load_with("cache: kept/pictures\n");
  EXPECT_EQ(sweep.cache, at("kept/pictures"));
  EXPECT_EQ(sweep.tasks[0].options.cache, sweep.cache);
  EXPECT_EQ(expand(sweep)[0].task.cache, sweep.cache);
  EXPECT_TRUE(parse_sweep(resolved_yaml(sweep), "resolved", known_names()) == sweep)
      << resolved_yaml(sweep);
}

TEST_F(Sweep, ResizeTakesASideOrBoth) {
  const auto dataset = [&](const std::string& options) {
    return load_with("", {"dataset={name: cifar10, " + options + "}"}).tasks[0].options.dataset;
  };
  EXPECT_EQ(dataset("resize: 256").resize, 256);
  EXPECT_EQ(dataset("resize: [384, 320]").squash, (std::vector<double>{384, 320}));
  EXPECT_EQ(dataset("resize: [384, 320]").resize, 0);
  EXPECT_THAT(
      error_with("", {"dataset={name: cifar10, resize: [384]}"}),
      ::testing::HasSubstr("dataset.resize: expected the shorter side, or [height, width]"));
}

TEST_F(Sweep, MeanAndDeviationMayBeNamed) {
  const auto dataset = [&](const std::string& options) {
    return load_with("", {"dataset={name: cifar10, " + options + "}"}).tasks[0].options.dataset;
  };
  EXPECT_EQ(dataset("mean: clip").mean, (std::vector<double>{0.48145466, 0.4578275, 0.40821073}));
  EXPECT_EQ(dataset("std: clip").std, (std::vector<double>{0.26862954, 0.26130258, 0.27577711}));
  EXPECT_EQ(dataset("mean: inception").mean, (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(dataset("std: imagenet").std, (std::vector<double>{0.229, 0.224, 0.225}));
  EXPECT_EQ(dataset("mean: [0.25]").mean, (std::vector<double>{0.25}));
  EXPECT_THAT(error_with("", {"dataset={name: cifar10, mean: imagnet}"}),
              ::testing::HasSubstr("did you mean 'imagenet'?"));
}

TEST_F(Sweep, TheResolvedTextKeepsAwkwardTexts) {
  auto sweep = load_with("");
  sweep.tasks[0].options.dataset.root = "/data/${HOME}/a b: [c] #d";
  sweep.tasks[0].options.dataset.label_file = "/lists/$val.txt";
  sweep.tasks[0].models[0].checkpoint = "/x/$$ 'y' \"z\"\\w";
  sweep.tasks[0].models[0].label = "null";
  sweep.calibration_ids = "/lists/${HOME}/ids #1";
  sweep.methods[0].label = "~ \xc3\xa9 # - {}";
  sweep.methods[0].set = {{"step_lr", "5e-324"}};
  EXPECT_TRUE(parse_sweep(resolved_yaml(sweep), "resolved", known_names(), {false}) == sweep)
      << resolved_yaml(sweep);
}

TEST_F(Sweep, EqualityNoticesEveryPart) {
  const auto sweep = load_full();
  const auto differs = [&](auto change) {
    auto other = sweep;
    change(other);
    return !(other == sweep);
  };
  EXPECT_FALSE(differs([](SweepConfig&) {}));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.name = "x"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].options.name = "x"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].options.dataset.crop = 1; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].models[1].checkpoint_options.entry = "y"; }));
  EXPECT_TRUE(differs(
      [](SweepConfig& s) { s.tasks[0].models[1].checkpoint_options.prefix = "y"; }));
  EXPECT_TRUE(differs(
      [](SweepConfig& s) { s.tasks[0].models[1].checkpoint_options.ignore = {"y"}; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.cache = "/elsewhere"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].models[1].checkpoint = "x"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].models.pop_back(); }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.bits[0].weights = 5; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.methods[1].set.clear(); }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.seeds = {3}; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.settings.warm_up = 0.5; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.overrides[0].when.seeds.clear(); }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.overrides[1].set[0].second = "4"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.evaluation.samples = 7; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.report.flatness_samples = 7; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.calibration_ids = "x"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.threads = 7; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.device.device = "auto"; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.device.ranks_per_gpu = 1; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.device.devices_per_cell = 2; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.retries = 7; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.crash_limit = 7; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].models[1].expected = 1; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.tasks[0].models[1].expected_samples = 1; }));
  EXPECT_TRUE(
      differs([](SweepConfig& s) { s.tasks[0].models[1].full_precision_tolerance.reset(); }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.full_precision_tolerance = 2; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.on_full_precision_mismatch = OnMismatch::kFail; }));
  EXPECT_TRUE(differs([](SweepConfig& s) { s.reproduces.pop_back(); }));
}

TEST_F(Sweep, IncludedSectionsMerge) {
  write("base/ck.bin", "x");
  write("base/base.yaml",
        "task: image_classification\ndataset: {name: cifar10, crop: 24}\n"
        "models: [{name: resnet20, checkpoint: ck.bin}]\nsettings: {iterations: 10, batch_size: "
        "8}\nseeds: [1, 2]\n");
  const auto sweep =
      load(write("s.yaml",
                 "include: base/base.yaml\nname: derived\nbits: [w4a4]\nmethods: [nearest]\n"
                 "settings: {iterations: 20}\nseeds: [5]\ndataset: {resize: 40}\n"));
  EXPECT_EQ(sweep.settings.iterations, 20);
  EXPECT_EQ(sweep.settings.batch_size, 8);
  EXPECT_EQ(sweep.seeds, (std::vector<int64_t>{5}));
  EXPECT_EQ(sweep.tasks[0].options.dataset.name, "cifar10");
  EXPECT_EQ(sweep.tasks[0].options.dataset.crop, 24);
  EXPECT_EQ(sweep.tasks[0].options.dataset.resize, 40);
  EXPECT_EQ(sweep.tasks[0].models[0].checkpoint, at("base/ck.bin"));
}

TEST_F(Sweep, SetOverridesTheFile) {
  const auto sweep = load_with("settings: {iterations: 5}\n",
                               {"settings.iterations=7", "seeds=[4, 5]", "methods=[nearest]"});
  EXPECT_EQ(sweep.settings.iterations, 7);
  EXPECT_EQ(sweep.seeds, (std::vector<int64_t>{4, 5}));
  EXPECT_EQ(sweep.methods[0].name, "nearest");
}

TEST_F(Sweep, ErrorsInSetNameTheSet) {
  EXPECT_EQ(error_with("", {"settings.iterations=0", "seeds=[1, x]", "sedes=[1]",
                            "evaluation.samples=-1"}),
            "--set evaluation.samples=-1: evaluation.samples: expected an integer from 0 to "
            "1000000000, got '-1'\n"
            "--set sedes=[1]: sedes: unknown key; did you mean 'seeds'? (valid: name, tasks, task, "
            "dataset, text, models, bits, "
            "methods, seeds, settings, overrides, evaluation, report, calibration_ids, threads, "
            "device, devices_per_cell, ranks_per_gpu, retries, crash_limit, memory_budget, cache, "
            "full_precision_tolerance, "
            "on_full_precision_mismatch, reproduces)\n"
            "--set seeds=[1, x]: seeds[1]: expected an integer of at least 0, got 'x'\n"
            "--set settings.iterations=0: settings.iterations: expected an integer from 1 to "
            "100000000, got '0'");
}

TEST_F(Sweep, AnUnknownSettingSuggestsTheNearest) {
  const auto error = error_with("settings:\n  iteratons: 5\n");
  EXPECT_EQ(error,
            "s.yaml:8: settings.iteratons: unknown key; did you mean 'iterations'? (valid: " +
                join(field_names<MethodSettings>()) + ")");
}

TEST_F(Sweep, AllErrorsOfAFileComeAtOnce) {
  EXPECT_EQ(
      error_of("name: a b\n"
               "task: image_clasification\n"
               "dataset: {name: cifar, resiz: 3}\n"
               "models: [resnet2, {label: x}]\n"
               "bits: [w1a4, w4a33, w4a4, W4A4]\n"
               "methods: [{name: qdorp}, qdrop, qdrop]\n"
               "seeds: [-1, 1, 1]\n"
               "evaluation: {batch_size: 0}\n"
               "threads: lots\nretries: -1\ncrash_limit: 0\n"),
      "s.yaml:1: name: expected a name of at most 100 letters, digits, '_', '-' and '.', got 'a "
      "b'\n"
      "s.yaml:2: task: unknown task 'image_clasification'; did you mean 'image_classification'? "
      "(valid: "
      "image_classification, object_detection)\n"
      "s.yaml:3: dataset.name: unknown data set 'cifar'; did you mean 'cifar10'? (valid: "
      "fashion_mnist, "
      "cifar10)\n"
      "s.yaml:3: dataset.resiz: unknown key; did you mean 'resize'? (valid: name, classes, "
      "crop, squash, crop_fraction, interpolation, antialias, calibration_split, "
      "evaluation_split, category_offset, quoting, resize, mean, std, root, label_file)\n"
      "s.yaml:4: models[0]: unknown model 'resnet2'; did you mean 'resnet20'? (valid: resnet20, "
      "mobilenet_v2_cifar, onnx)\n"
      "s.yaml:4: models[1].name: the required key is missing\n"
      "s.yaml:5: bits[0]: expected 2 to 8 bits for weights, or 32 for none, got 1\n"
      "s.yaml:5: bits[1]: expected 2 to 8 bits for activations, or 32 for none, got 33\n"
      "s.yaml:5: bits[3]: w4a4 is listed twice\n"
      "s.yaml:6: methods[0].name: unknown method 'qdorp'; did you mean 'qdrop'? (valid: nearest, "
      "adaround, "
      "brecq, qdrop)\n"
      "s.yaml:6: methods[2]: the label 'qdrop' is used twice; give each its own 'label'\n"
      "s.yaml:7: seeds[0]: expected an integer of at least 0, got '-1'\n"
      "s.yaml:7: seeds[2]: seed 1 is listed twice\n"
      "s.yaml:8: evaluation.batch_size: expected an integer from 1 to 100000, got '0'\n"
      "s.yaml:9: threads: expected an integer from 0 to 1024, got 'lots'\n"
      "s.yaml:10: retries: expected an integer from 0 to 100, got '-1'\n"
      "s.yaml:11: crash_limit: expected an integer from 1 to 1000, got '0'");
}

TEST_F(Sweep, WhatIsWrongWithADeviceIsNamed) {
  EXPECT_EQ(error_with("device: gpu\nranks_per_gpu: 0\n"),
            "s.yaml:7: device: unknown device 'gpu'; did you mean 'cpu'? (valid: auto, cpu, cuda)\n"
            "s.yaml:8: ranks_per_gpu: expected an integer from 1 to 1024, got '0'");
  EXPECT_EQ(error_with("device: cpu\nranks_per_gpu: 2\n"),
            "s.yaml:8: ranks_per_gpu: means nothing with 'device: cpu'");
  EXPECT_EQ(error_with("devices_per_cell: 2\nranks_per_gpu: 2\n"),
            "s.yaml:7: devices_per_cell: a cell on several devices needs them for itself: "
            "ranks_per_gpu must be 1");
}

TEST_F(Sweep, AnUnknownPublishedTableSuggestsTheNearest) {
  EXPECT_EQ(
      error_with("reproduces: [qdrop_imagenet_papers, brecq, brecq]\n"),
      "s.yaml:7: reproduces[0]: unknown published table or paper 'qdrop_imagenet_papers'; did "
      "you mean 'qdrop_imagenet_paper'? (valid: qdrop, qdrop_imagenet_paper, brecq)\n"
      "s.yaml:7: reproduces[2]: 'brecq' is listed twice");
}

TEST_F(Sweep, WhatIsWrongWithAnExpectationIsNamed) {
  auto text = basic_sweep();
  text.replace(text.find("[resnet20]"), 10, "[{name: resnet20, expected_samples: 5}]");
  EXPECT_EQ(error_of(text + "full_precision_tolerance: -1\non_full_precision_mismatch: contnue\n"),
            "s.yaml:4: models[0].expected_samples: means nothing without 'expected'\n"
            "s.yaml:7: full_precision_tolerance: expected a number of at least 0, got '-1'\n"
            "s.yaml:8: on_full_precision_mismatch: unknown action 'contnue'; did you mean "
            "'continue'? (valid: fail, continue)");
}

TEST_F(Sweep, RequiredKeysAreNamed) {
  EXPECT_EQ(error_of("threads: 1\n"),
            "s.yaml:1: name: the required key is missing\n"
            "s.yaml:1: task: the required key is missing\n"
            "s.yaml:1: dataset: the required key is missing\n"
            "s.yaml:1: models: the required key is missing\n"
            "s.yaml:1: bits: the required key is missing\n"
            "s.yaml:1: methods: the required key is missing");
}

TEST_F(Sweep, AnEmptyFileIsOneProblem) {
  for (const char* text : {"", "# only a comment\n", "{}"}) {
    EXPECT_EQ(error_of(text), "s.yaml: is empty; expected keys such as 'name: my_sweep'");
  }
}

TEST_F(Sweep, ASettingAtTheTopIsPointedToItsSection) {
  EXPECT_THAT(error_of(basic_sweep() + "iterations: 3\n"),
              ::testing::HasSubstr(
                  "s.yaml:7: iterations: unknown key; did you mean 'settings.iterations'?"));
}

TEST_F(Sweep, EmptyListsAndSingleValuesInPlaceOfListsAreErrors) {
  EXPECT_EQ(error_of("name: a\ntask: image_classification\ndataset: cifar10\nmodels: []\nbits: "
                     "w4a4\nmethods:\n"
                     "seeds: 3\n"),
            "s.yaml:4: models: expected at least one\n"
            "s.yaml:5: bits: expected a list, got 'w4a4'\n"
            "s.yaml:6: methods: expected at least one\n"
            "s.yaml:7: seeds: expected a list, got '3'");
}

TEST_F(Sweep, DuplicateKeysComeWithTheOtherErrors) {
  EXPECT_EQ(error_with("threads: 1\nthreads: 2\nseeds: [x]\n"),
            "s.yaml:8: threads: the key is given twice (first at s.yaml:7)\n"
            "s.yaml:9: seeds[0]: expected an integer of at least 0, got 'x'");
}

TEST_F(Sweep, ErrorsInIncludedFilesAreReportedThere) {
  write("base.yaml", "seeds: [x]\nthread: 2\n");
  const auto error = error_with("include: base.yaml\n");
  EXPECT_NE(error.find(at("base.yaml") + ":1: seeds[0]: expected an integer"), std::string::npos)
      << error;
  EXPECT_NE(error.find(at("base.yaml") + ":2: thread: unknown key; did you mean 'threads'?"),
            std::string::npos);
}

TEST_F(Sweep, ACheckpointMustExistUnlessFilesAreNotChecked) {
  const std::string models = "models:\n  - {name: resnet20, checkpoint: none.bin}\n";
  const std::string rest =
      "name: a\ntask: image_classification\ndataset: cifar10\nbits: [w4]\nmethods: [nearest]\n";
  EXPECT_EQ(error_of(rest + models),
            "s.yaml:7: models[0].checkpoint: the file " + at("none.bin") + " does not exist");
  const auto sweep = load_sweep(at("s.yaml"), {}, known_names(), {false});
  EXPECT_EQ(sweep.tasks[0].models[0].checkpoint, at("none.bin"));
  std::filesystem::create_directory(at("none.bin"));
  EXPECT_EQ(error_of(rest + models),
            "s.yaml:7: models[0].checkpoint: " + at("none.bin") + " is a folder, expected a file");
}

TEST_F(Sweep, WhatIsWrongWithAReportOrAListOfIdsIsNamed) {
  EXPECT_EQ(error_with("report: {held_out_samples: -1, flatness: 3, flatness_magnitudes: [-0.1]}\n"
                       "calibration_ids: none.txt\n"),
            "s.yaml:7: report.held_out_samples: expected an integer from 0 to 1000000, got '-1'\n"
            "s.yaml:7: report.flatness: unknown key (valid: " +
                join(field_names<ReportOptions>()) +
                ")\n"
                "s.yaml:7: report.flatness_magnitudes[0]: expected a number from 0 to 100, got "
                "'-0.1'\n"
                "s.yaml:8: calibration_ids: the file " +
                at("none.txt") + " does not exist");
}

TEST_F(Sweep, PathsMayUseVariables) {
  setenv("PTQBENCH_TEST_CHECKPOINTS", folder_.path().c_str(), 1);
  unsetenv("PTQBENCH_TEST_UNSET");
  write("c.bin", "x");
  const auto set = [](const std::string& variable) {
    return "models=[{name: resnet20, checkpoint: '${" + variable + "}/c.bin'}]";
  };
  EXPECT_EQ(load_with("", {set("PTQBENCH_TEST_CHECKPOINTS")}).tasks[0].models[0].checkpoint,
            at("c.bin"));
  EXPECT_EQ(
      error_of("name: a\ntask: image_classification\ndataset: {name: cifar10, root: "
               "'${PTQBENCH_TEST_UNSET}'}\n"
               "bits: [w4]\nmethods: [nearest]\nmodels:\n"
               "  - {name: resnet20, checkpoint: '${PTQBENCH_TEST_UNSET}/x'}\n"),
      "s.yaml:3: dataset.root: environment variable 'PTQBENCH_TEST_UNSET' is not set\n"
      "s.yaml:7: models[0].checkpoint: environment variable 'PTQBENCH_TEST_UNSET' is not set");
}

TEST_F(Sweep, WhatIsMissingCanBeNotedInsteadOfRefused) {
  unsetenv("PTQBENCH_TEST_UNSET");
  const auto path = write("s.yaml",
                          "name: s\ntask: image_classification\n"
                          "dataset: {name: cifar10, root: '${PTQBENCH_TEST_UNSET}'}\n"
                          "models:\n"
                          "  - {name: resnet20, checkpoint: '${PTQBENCH_TEST_UNSET}/a'}\n"
                          "  - {name: resnet20, label: b, checkpoint: '${PTQBENCH_TEST_UNSET}/b'}\n"
                          "  - {name: resnet20, label: c, checkpoint: absent}\n"
                          "bits: [w4a4]\nmethods: [qdrop]\n");
  MissingInputs missing;
  const auto sweep = load_sweep(path, {}, known_names(), {/*check_files=*/true, &missing});
  EXPECT_EQ(sweep.tasks[0].models[1].checkpoint, "${PTQBENCH_TEST_UNSET}/b");
  const std::string unset = "environment variable 'PTQBENCH_TEST_UNSET' is not set";
  EXPECT_EQ(missing.data, std::vector<std::string>{unset});
  EXPECT_EQ(missing.checkpoints,
            (std::vector<std::string>{unset, "the file " + at("absent") + " does not exist"}));
}

TEST_F(Sweep, LabelsMustNotBreakFilters) {
  EXPECT_EQ(error_of("name: a\ntask: image_classification\ndataset: cifar10\nbits: [w4]\nmethods: "
                     "[nearest]\nmodels:\n"
                     "  - {name: resnet20, label: 'a,b'}\n"),
            "s.yaml:7: models[0].label: expected a label of 1 to 100 characters without ',', '|' "
            "and '=', got 'a,b'");
}

TEST_F(Sweep, AnOverrideThatMatchesNothingIsAnError) {
  EXPECT_EQ(
      error_with("overrides:\n"
                 "  - {when: {method: brecq}, set: {iterations: 1}}\n"
                 "  - {when: {method: [qdorp]}, set: {iterations: 1}}\n"
                 "  - {when: {bits: w2a2}, set: {iterations: 1}}\n"
                 "  - {when: {method: qdrop, seed: 7}, set: {iterations: 1}}\n"
                 "  - {when: {modle: resnet20}, set: {iterations: 1}}\n"
                 "  - {when: {}, set: {}}\n"
                 "  - {when: {model: []}, set: {iterations: 1}}\n"
                 "  - {set: {iteratons: 1}, then: 3}\n"),
      "s.yaml:8: overrides[0].when: matches no cell of this sweep\n"
      "s.yaml:9: overrides[1].when.method[0]: unknown method 'qdorp'; did you mean 'qdrop'? "
      "(valid: nearest, "
      "adaround, brecq, qdrop)\n"
      "s.yaml:10: overrides[2].when: matches no cell of this sweep\n"
      "s.yaml:11: overrides[3].when: matches no cell of this sweep\n"
      "s.yaml:12: overrides[4].when.modle: unknown key; did you mean 'model'? (valid: dataset, "
      "model, "
      "method, bits, "
      "seed)\n"
      "s.yaml:13: overrides[5].when: expected at least one of dataset, model, method, bits, seed\n"
      "s.yaml:13: overrides[5].set: expected at least one setting\n"
      "s.yaml:14: overrides[6].when.model: expected at least one\n"
      "s.yaml:15: overrides[7].when: the required key is missing\n"
      "s.yaml:15: overrides[7].set.iteratons: unknown key; did you mean 'iterations'? (valid: " +
          join(field_names<MethodSettings>()) + ")\n" +
          "s.yaml:15: overrides[7].then: unknown key; did you mean 'when'? (valid: when, set)");
}

TEST_F(Sweep, AnOverrideMayNameAMethodThatOnlyOtherSweepsUse) {
  const auto sweep =
      load_with("overrides:\n  - {when: {method: [brecq, qdrop]}, set: {iterations: 9}}\n");
  EXPECT_EQ(expand(sweep)[0].settings.iterations, 9);
}

TEST_F(Sweep, CellsThatWouldBeEqualAreAnError) {
  EXPECT_EQ(error_with(
                "", {"methods=[qdrop, {name: qdrop, label: again, set: {drop_probability: 0.5}}]"}),
            "s.yaml: the cells 'fashion_mnist resnet20 w4a4 qdrop seed 1' and 'fashion_mnist "
            "resnet20 w4a4 "
            "again seed "
            "1' have the same settings; "
            "leave one out");
}

TEST_F(Sweep, SeveralTasksHaveTheirOwnDataAndModels) {
  const auto path =
      write("two.yaml",
            "name: two\ntasks:\n"
            "  - {task: image_classification, dataset: cifar10, models: [resnet20]}\n"
            "  - task: image_classification\n    dataset: fashion_mnist\n"
            "    text: {vocabulary: v.txt, max_length: 64}\n"
            "    models: [{name: resnet20, config: c.json}]\n"
            "bits: [w4a4]\nmethods: [nearest]\n"
            "overrides:\n  - {when: {dataset: fashion_mnist}, set: {iterations: 7}}\n");
  write("c.json", "{}");
  const auto sweep = load_sweep(path, {}, known_names());
  ASSERT_EQ(sweep.tasks.size(), 2u);
  EXPECT_EQ(sweep.tasks[1].options.text.vocabulary, at("v.txt"));
  EXPECT_EQ(sweep.tasks[1].models[0].config, at("c.json"));
  const auto cells = expand(sweep);
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cell_label(cells[0]), "cifar10 resnet20 w4a4 nearest seed 1");
  EXPECT_EQ(cell_label(cells[1]), "fashion_mnist resnet20 w4a4 nearest seed 1");
  EXPECT_EQ(cells[0].settings.iterations, MethodSettings().iterations);
  EXPECT_EQ(cells[1].settings.iterations, 7);
  EXPECT_EQ(cells[1].task.text.max_length, 64);
  EXPECT_EQ(parse_sweep(resolved_yaml(sweep), "resolved", known_names()), sweep);
}

TEST_F(Sweep, AnOnnxModelIsAFileWithBlocks) {
  write("net.onnx", "x");
  const std::string head =
      "name: x\ntask: image_classification\ndataset: cifar10\nbits: [w4a4]\nmethods: [nearest]\n";
  const auto path = write("onnx.yaml", head +
                                           "models:\n"
                                           "  - {name: onnx, file: net.onnx, label: found}\n"
                                           "  - {name: onnx, file: net.onnx, label: also, "
                                           "blocks: auto}\n");
  // Both have the blocks that are found, so their cells are the same.
  EXPECT_THROW(load_sweep(path, {}, known_names()), ConfigError);
  const auto other = write("other.yaml", head +
                                             "models:\n"
                                             "  - {name: onnx, file: net.onnx, label: found}\n"
                                             "  - {name: onnx, file: net.onnx, label: given, "
                                             "blocks: ['layer*.*', stem]}\n");
  const auto sweep = load_sweep(other, {}, known_names());
  const auto& models = sweep.tasks[0].models;
  EXPECT_EQ(models[0].checkpoint, at("net.onnx"));
  EXPECT_THAT(models[0].blocks, ::testing::IsEmpty());
  EXPECT_THAT(models[1].blocks, ::testing::ElementsAre("layer*.*", "stem"));
  EXPECT_EQ(parse_sweep(resolved_yaml(sweep), "resolved", known_names()), sweep);
  const auto spec = model_spec(expand(sweep)[1]);
  EXPECT_EQ(spec.file, at("net.onnx"));
  EXPECT_EQ(spec.blocks, models[1].blocks);
}

TEST_F(Sweep, AnOnnxModelNeedsAFileAndNoCheckpoint) {
  write("net.onnx", "x");
  const std::string head =
      "name: x\ntask: image_classification\ndataset: cifar10\nbits: [w4a4]\nmethods: [nearest]\n";
  EXPECT_THAT(error_of(head + "models: [{name: onnx, label: a}]\n"),
              ::testing::HasSubstr("models[0].file"));
  EXPECT_THAT(error_of(head + "models: [{name: onnx, file: net.onnx, checkpoint: net.onnx}]\n"),
              ::testing::HasSubstr("models[0].checkpoint: unknown key"));
}

TEST_F(Sweep, TooManyCellsAreAnError) {
  std::string seeds = "seeds: [0";
  for (int i = 1; i <= 15000; ++i) seeds += "," + std::to_string(i);
  EXPECT_EQ(error_with(seeds + "]\n", {"bits=[w2, w3, w4, w5, w6, w7, w8]"}),
            "s.yaml: the sweep has more than 100000 cells");
}

TEST_F(Sweep, DamagedFilesNeverDoMoreThanThrow) {
  load_full();
  const std::string full = kFull;
  uint32_t random = 12345;
  const auto next = [&random](size_t bound) {
    random = random * 1664525u + 1013904223u;
    return (random >> 8) % bound;
  };
  const std::string pieces = "{}[]:,-#&*!|>'\"%@`\n \t?~<\\\x80";
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto text = full;
    for (size_t edits = 1 + next(3); edits > 0; --edits) {
      const auto at = next(text.size());
      const auto kind = next(3);
      if (kind == 0) text.erase(at, 1 + next(20));
      if (kind == 1) text.insert(at, 1, pieces[next(pieces.size())]);
      if (kind == 2) text[at] = pieces[next(pieces.size())];
    }
    try {
      parse_sweep(text, at("damaged.yaml"), known_names());
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1500);
}

TEST_F(Sweep, LabelsOfAModelAreKeptAndFingerprinted) {
  const auto path = write("s.yaml",
                          "name: s\ntask: image_classification\ndataset: fashion_mnist\n"
                          "models: [resnet20, {name: resnet20, label: other, labels: [b, a]}]\n"
                          "bits: [w4a4]\nmethods: [qdrop]\n");
  const auto sweep = load(path);
  EXPECT_TRUE(sweep.tasks[0].models[0].labels.empty());
  EXPECT_EQ(sweep.tasks[0].models[1].labels, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(parse_sweep(resolved_yaml(sweep), "again", known_names()), sweep);
  const auto cells = expand(sweep);
  EXPECT_NE(fingerprint(cells[0], {}), fingerprint(cells[1], {}));
  EXPECT_EQ(sweep_of(cells[1]).tasks[0].models[0].labels, cells[1].labels);
}

TEST_F(Sweep, NewOptionsAtTheirDefaultLeaveFingerprintsAlone) {
  const auto texts = canonical_settings(expand(load(write("s.yaml", basic_sweep())))[0]);
  for (const auto& [name, text] : texts) {
    EXPECT_NE(name, "labels");
    EXPECT_NE(name, "dataset.category_offset");
    EXPECT_NE(name, "dataset.quoting");
    EXPECT_NE(name, "text.tokenizer");
  }
}

}  // namespace
}  // namespace ptqbench
