#include "harness/plan/names.h"

#include "harness/published/published_reader.h"
#include "methods/recipes/registry.h"
#include "tasks/models/registry.h"
#include "tasks/task.h"

namespace ptqbench {

KnownNames known_names() {
  return {task_names(), model_names(), method_names(), all_dataset_names(),
          reproducible_names(shipped_published())};
}

}  // namespace ptqbench
