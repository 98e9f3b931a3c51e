#pragma once

#include <filesystem>
#include <string>

#include "tasks/data/dataset.h"
#include "tasks/models/model_spec.h"
#include "tasks/text_options.h"

namespace ptqbench {

/// A task of the registry on its data.
struct TaskOptions {
  std::string name = "image_classification";
  DatasetOptions dataset;
  /// For tasks on texts only.
  TextOptions text;
  /// Folder for decoded pictures; empty: they are decoded anew. Decides no result, and is no part of
  /// what the data are.
  std::filesystem::path cache;
};

}  // namespace ptqbench
