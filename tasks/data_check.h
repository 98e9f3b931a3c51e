#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/task_options.h"

namespace ptqbench {

/// What reading all data of a task found.
struct DataCheck {
  /// What is wrong, a sentence each that names file and place, none twice.
  std::vector<std::string> problems;
  /// What is let pass, as Task::notes().
  std::vector<std::string> notes;
  /// Pictures of which header and end were read.
  int64_t pictures = 0;
};

/// Reads every row of texts, every annotation, the vocabulary, and header and end of every picture
/// of both splits with so many threads, and goes on behind what is wrong. A task of a `main` of
/// one's own is opened, which is all that is known of its data. Throws ConfigError as make_task
/// does.
DataCheck check_data(const TaskOptions& options, int threads);

}  // namespace ptqbench
