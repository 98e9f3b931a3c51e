#include "harness/plan/available_sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/plan/names.h"
#include "support/missing_file.h"
#include "tasks/stand_in_task.h"

namespace ptqbench {
namespace {

/// Whether a task could not be opened for want of its files: another machine may have them. A file
/// that is there and cannot be used is a mistake.
bool lacks_files(const IoError& error, const TaskOptions& options) {
  if (dynamic_cast<const MissingFile*>(&error) != nullptr) return true;
  std::error_code ignored;
  const auto lacks = [&](const std::string& path) {
    return !path.empty() && !std::filesystem::exists(path, ignored);
  };
  return lacks(options.dataset.root) || lacks(options.dataset.label_file) ||
         lacks(options.text.vocabulary);
}

/// A task of the sweep, or a stand-in where its data are missing, which is noted. With
/// `unset_variables` the paths of the data are not known, and that is noted already.
std::unique_ptr<Task> make_task_or_stand_in(const TaskOptions& options, bool unset_variables,
                                            std::vector<std::string>& missing) {
  auto stand_in = make_stand_in_task(options);
  if (!unset_variables) {
    try {
      return make_task(options);
    } catch (const IoError& error) {
      if (!lacks_files(error, options)) throw;
      missing.emplace_back(error.what());
    }
  }
  if (stand_in) return stand_in;
  const bool pictures = options.name == "image_classification";
  throw IoError(missing.back() +
                (pictures ? "; without the pictures, dataset.crop and dataset.classes must say "
                            "their shape"
                          : "; nothing is known of a " + options.name + " without its data"));
}

}  // namespace

AvailableSweep load_available_sweep(const std::filesystem::path& config,
                                    const std::vector<std::string>& set) {
  AvailableSweep available;
  MissingInputs missing;
  available.sweep = load_sweep(config, set, known_names(), {/*check_files=*/true, &missing});
  const bool unset_variables = !missing.data.empty();
  for (const auto& task : available.sweep.tasks) {
    available.tasks.add(task.options,
                        make_task_or_stand_in(task.options, unset_variables, missing.data));
  }
  for (const auto* notes : {&missing.data, &missing.checkpoints}) {
    for (const auto& note : *notes) {
      const auto& noted = available.missing;
      if (std::count(noted.begin(), noted.end(), note) == 0) available.missing.push_back(note);
    }
  }
  return available;
}

}  // namespace ptqbench
