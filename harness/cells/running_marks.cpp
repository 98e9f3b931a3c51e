#include "harness/cells/running_marks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/cells/run_directory.h"
#include "harness/devices/machine.h"
#include "results/cells/cell_record.h"
#include "results/error.h"
#include "support/atomic_file.h"
#include "tasks/checkpoint/unit_checkpoint_files.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kExtension = ".json";

std::string to_text(const RunningMark& mark) {
  return Json{{"attempt", mark.attempt},
              {"host", mark.host},
              {"rank", mark.rank},
              {"process", mark.process},
              {"started_at", mark.started_at},
              {"units", mark.units},
              {"crashes", mark.crashes}}
             .dump(1) +
         "\n";
}

/// Marks are written whole, but a disk may forget: whatever is no mark is one of a first attempt.
RunningMark from_text(const std::string& text) {
  RunningMark mark;
  try {
    const auto json = Json::parse(text);
    mark.attempt = json.at("attempt");
    mark.host = json.at("host");
    mark.rank = json.at("rank");
    mark.process = json.at("process");
    mark.started_at = json.at("started_at");
    mark.units = json.at("units");
    mark.crashes = json.at("crashes");
    return mark;
  } catch (const Json::exception&) {
    return RunningMark();
  }
}

}  // namespace

fs::path RunningMarks::path_of(const std::string& fingerprint) const {
  return mark_folder(run_dir_) / (fingerprint + kExtension);
}

std::optional<CrashHistory> RunningMarks::history(const std::string& fingerprint) const {
  std::ifstream file(path_of(fingerprint));
  if (!file) return std::nullopt;
  CrashHistory history;
  history.last = from_text({std::istreambuf_iterator<char>(file), {}});
  const bool got_on =
      count_unit_checkpoints(unit_folder(run_dir_, fingerprint)) > history.last.units;
  history.crashes = got_on ? 0 : history.last.crashes + 1;
  return history;
}

std::map<std::string, CrashHistory> RunningMarks::crashed() const {
  std::map<std::string, CrashHistory> all;
  std::error_code error;
  fs::directory_iterator entry(mark_folder(run_dir_), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != kExtension) continue;
    const auto fingerprint = entry->path().stem().string();
    if (!is_fingerprint(fingerprint)) continue;
    if (const auto found = history(fingerprint)) all[fingerprint] = *found;
  }
  return all;
}

RunningMark RunningMarks::begin(const std::string& fingerprint, int64_t rank,
                                int64_t earlier_attempts) const {
  std::error_code error;
  fs::create_directories(mark_folder(run_dir_), error);
  if (error) {
    throw ResultsError(fmt::format("{}: cannot create the folder: {}",
                                   mark_folder(run_dir_).string(), error.message()));
  }
  const auto before = history(fingerprint).value_or(CrashHistory{0, {0, "", 0, 0, "", 0, 0}});
  RunningMark mark;
  mark.attempt = std::max(earlier_attempts, before.last.attempt) + 1;
  mark.host = host_name();
  mark.rank = rank;
  mark.process = getpid();
  mark.started_at = utc_now();
  mark.units = count_unit_checkpoints(unit_folder(run_dir_, fingerprint));
  mark.crashes = before.crashes;
  write_file_atomically(path_of(fingerprint), to_text(mark));
  return mark;
}

void RunningMarks::end(const std::string& fingerprint) const {
  std::error_code ignored;
  fs::remove(path_of(fingerprint), ignored);
}

}  // namespace ptqbench
