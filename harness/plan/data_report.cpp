#include "harness/plan/data_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <thread>

#include "harness/config/sweep.h"
#include "harness/plan/names.h"
#include "harness/plan/task_set.h"
#include "support/error.h"
#include "support/printable.h"
#include "tasks/data_check.h"

namespace ptqbench {
namespace {

void add_new(const std::vector<std::string>& from, std::vector<std::string>& to) {
  for (const auto& each : from) {
    if (std::count(to.begin(), to.end(), each) == 0) to.push_back(each);
  }
}

}  // namespace

void require_good_data(const std::filesystem::path& config, const std::vector<std::string>& set) {
  // More threads wait for disks than there are processors to decode.
  const int threads = static_cast<int>(2 * std::max(1U, std::thread::hardware_concurrency()));
  MissingInputs missing;
  const auto sweep = load_sweep(config, set, known_names(), {/*check_files=*/true, &missing});
  auto problems = missing.data;
  std::vector<std::string> notes;
  std::set<std::string> checked;
  int64_t pictures = 0;
  for (const auto& task : sweep.tasks) {
    if (!missing.data.empty() || !checked.insert(task_key(task.options)).second) continue;
    const auto found = check_data(task.options, threads);
    add_new(found.problems, problems);
    add_new(found.notes, notes);
    pictures += found.pictures;
  }
  for (const auto& note : notes) fmt::print("note: {}\n", printable(note));
  fmt::print("data checked: {} of {} task{}, {} pictures; {} problem{}\n", checked.size(),
             sweep.tasks.size(), sweep.tasks.size() == 1 ? "" : "s", pictures, problems.size(),
             problems.size() == 1 ? "" : "s");
  std::fflush(stdout);
  if (!problems.empty()) throw Error(fmt::format("{}", fmt::join(problems, "\nptqbench: ")));
}

}  // namespace ptqbench
