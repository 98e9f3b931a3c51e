#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"
#include "methods/parallel/device_group.h"
#include "tasks/data/picture_cache_file.h"
#include "tasks/task_options.h"
#include "tasks/training/train_options.h"
#include "tasks/training/training_data.h"

namespace ptqbench {

/// How good a model is.
struct Metrics {
  /// The one that tables show, e.g. "top1_accuracy", in percent.
  std::string name;
  bool higher_is_better = true;
  double value = 0;
  std::map<std::string, double> further;
};

/// The two parts of a task's data.
enum class Split { kCalibration, kEvaluation };

/// The loss of the model run by the pass, averaged over some samples.
using Loss = std::function<double(const UnitGraph& model, Pass& pass)>;

/// What a model is quantized for: its data, its inputs and its metric.
class Task {
 public:
  virtual ~Task() = default;

  /// A model of the registry with the outputs that this task's data ask for, freshly initialised.
  /// Throws ConfigError when the task cannot use it.
  virtual UnitGraph make_model(const ModelSpec& spec) const = 0;
  /// Number of samples that calibration may draw from.
  virtual int64_t calibration_population() const = 0;
  /// Number of samples of the evaluation split.
  virtual int64_t evaluation_population() const = 0;
  /// SHA-256 (hex) of what the data of both splits are, to tell them from others of the same name
  /// (ImageDataset::content_key), and of the vocabulary that reads them. Computed once. Throws
  /// IoError.
  virtual const std::string& data_key() const = 0;
  /// The model's inputs for these samples, [S, ...] each. Throws IoError on an unreadable sample.
  virtual Tensors calibration_inputs(const std::vector<int64_t>& ids) const = 0;
  /// A sample [1, ...] each as large as a batch of calibration makes it by padding, for estimates
  /// of cost and memory. Cheap: of data that may be many, a part is looked at.
  virtual Tensors padded_sample() const { return calibration_inputs({0}); }
  /// Measures on the first `samples` of the evaluation split (0: all), `batch_size` at a time. The
  /// members of the group share the batches; all of them get the same metrics, which do not depend
  /// on their number.
  virtual Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                           DeviceGroup& group) const = 0;
  /// What a model of this task is trained on, the split that calibration draws from. It refers to
  /// this task.
  virtual std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const = 0;
  /// The loss that the model was trained with on these samples, which are loaded now,
  /// `batch_size` at a time. Empty where the task knows none. Throws IoError on an unreadable
  /// sample.
  virtual Loss loss(Split /*split*/, const std::vector<int64_t>& /*ids*/,
                    int64_t /*batch_size*/) const {
    return {};
  }
  /// What was let pass in the data up to now, a sentence each with a count: what was left out, and
  /// warnings. For plans and records.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Where the pictures of an evaluation on the first `samples` (0: all) are kept; none where they
  /// are decoded anew each time.
  virtual std::optional<PictureCacheFile> cache_file(int64_t /*samples*/) const {
    return std::nullopt;
  }
  /// Names of the classes in the order of the data set's numbers; empty where they have none.
  virtual std::vector<std::string> class_names() const { return {}; }
  /// The metric in percent of guessing among equally many samples of each class; 0: of another
  /// kind.
  virtual double chance() const { return 0; }
};

/// Names that make_task knows.
std::vector<std::string> task_names();
std::string task_description(const std::string& name);

/// Data sets of images, texts, questions and boxes.
std::vector<std::string> all_dataset_names();
std::string any_dataset_description(const std::string& name);

/// Opens the data. Throws ConfigError on an unknown name or options that do not fit, IoError on
/// missing data.
std::unique_ptr<Task> make_task(const TaskOptions& options);

}  // namespace ptqbench
