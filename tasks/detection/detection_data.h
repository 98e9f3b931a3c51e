#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/detection/coco/detection_dataset.h"
#include "tasks/detection/detection_batch.h"
#include "tasks/detection/detection_transform.h"

namespace ptqbench {

/// One split of a data set of boxes, and how its images become network inputs.
struct DetectionData {
  std::unique_ptr<DetectionDataset> dataset;
  DetectionTransform transform;

  DetectionBatch load(const std::vector<int64_t>& indices) const {
    return load_detection_batch(*dataset, transform, indices);
  }
  /// The size of a batch of all images.
  ImageSize largest_batch() const;
  /// Classes of a detector for these data: a class's number is the id of its category, as in
  /// torchvision's models, and there is class 0.
  int64_t classes() const;
  /// Such classes [D] int64 of labels as the data set has them (DetectionObject).
  at::Tensor classes_of(const at::Tensor& labels) const;
  /// The data set's label (DetectionObject) of a detector's classes [D] int64. Classes that are no
  /// category give -1.
  at::Tensor labels_of(const at::Tensor& classes) const;
};

/// Scenes of the data set `scenes` in its splits train and test.
constexpr int64_t kTrainingScenes = 6000;
constexpr int64_t kEvaluationScenes = 1000;

/// How the images of a data set with these options become network inputs.
DetectionTransformOptions detection_transform(const DatasetOptions& options);

/// Names that make_detection_data knows, in the order to list them.
std::vector<std::string> detection_dataset_names();
/// One line on what a data set is. Throws ConfigError for an unknown name.
std::string detection_dataset_description(const std::string& name);

/// Opens one split. Throws ConfigError for an unknown name or split, for an option that is missing,
/// out of range or not used by the data set, and for categories whose ids cannot be classes;
/// IoError for missing or malformed files.
DetectionData make_detection_data(const DatasetOptions& options, const std::string& split);

}  // namespace ptqbench
