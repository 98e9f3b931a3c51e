#include "tasks/stand_in_task.h"

#include <torch/types.h>

#include <stdexcept>

#include "methods/support/error.h"
#include "methods/support/nearest_name.h"
#include "tasks/data/dataset_shape.h"
#include "tasks/models/registry.h"

namespace ptqbench {
namespace {

class ImageClassificationStandIn : public Task {
 public:
  explicit ImageClassificationStandIn(const DatasetShape& shape) : shape_(shape) {}

  UnitGraph make_model(const std::string& name) const override {
    return ptqbench::make_model(name, shape_.classes);
  }
  int64_t calibration_population() const override { return shape_.calibration_samples; }
  int64_t evaluation_population() const override { return shape_.evaluation_samples; }
  const std::string& data_key() const override { throw_no_data(); }
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override {
    const auto count = static_cast<int64_t>(ids.size());
    return {torch::zeros({count, 3, shape_.height, shape_.width})
                .contiguous(at::MemoryFormat::ChannelsLast)};
  }
  Metrics evaluate(const UnitGraph&, Pass&, int64_t, int64_t) const override { throw_no_data(); }
  Loss loss(Split, const std::vector<int64_t>&, int64_t) const override { throw_no_data(); }

 private:
  [[noreturn]] static void throw_no_data() {
    throw std::logic_error("a stand-in for a task has no data");
  }

  DatasetShape shape_;
};

}  // namespace

std::unique_ptr<Task> make_stand_in_task(const std::string& name, const DatasetOptions& data) {
  if (name != "image_classification")
    throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
  const auto shape = known_shape(data);
  if (!shape) return nullptr;
  return std::make_unique<ImageClassificationStandIn>(*shape);
}

}  // namespace ptqbench
