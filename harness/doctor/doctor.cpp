#include "harness/doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "harness/config/memory_size.h"
#include "harness/config/sweep.h"
#include "harness/doctor/doctor_findings.h"
#include "harness/doctor/rank_facts.h"
#include "harness/doctor/shared_folder.h"
#include "harness/parallel/rank_message.h"
#include "harness/plan/names.h"

namespace ptqbench {
namespace {

/// Threads and device of the sweep that the run directory is of; the defaults where there is none.
RunSettings settings_of(const std::filesystem::path& run_dir) {
  const auto file = run_dir / "sweep.yaml";
  std::error_code ignored;
  if (run_dir.empty() || !std::filesystem::exists(file, ignored)) return {};
  const auto sweep = load_sweep(file, {}, known_names(), {/*check_files=*/false});
  return {sweep.threads, sweep.device};
}

/// What rank 0 reads, on all ranks.
RunSettings agree_on_settings(Communicator& communicator, const DoctorOptions& options,
                              std::vector<std::string>& problems) {
  RunSettings settings;
  if (communicator.rank() == 0) {
    try {
      settings = settings_of(options.run_dir);
    } catch (const std::exception& error) {
      problems.emplace_back(error.what());
    }
  }
  const nlohmann::json mine = {settings.threads, settings.device.device,
                               settings.device.ranks_per_gpu, settings.device.devices_per_cell};
  const auto json = from_message(communicator.broadcast(to_message(mine)));
  settings = {json.at(0), {json.at(1), json.at(2), json.at(3)}};
  settings.threads = options.threads.value_or(settings.threads);
  return settings;
}

void print_ranks(const std::vector<RankFacts>& ranks) {
  size_t host = 4;
  size_t device = 6;
  for (const auto& facts : ranks) {
    host = std::max(host, facts.host_name.size());
    device = std::max(device, facts.device.size());
  }
  fmt::print("{:<5}  {:<{}}  {:<{}}  {:>9}  {:>7}  {}\n", "rank", "host", host, "device", device,
             "memory", "threads", "cores");
  for (size_t rank = 0; rank < ranks.size(); ++rank) {
    const auto& facts = ranks[rank];
    fmt::print("{:<5}  {:<{}}  {:<{}}  {:>9}  {:>7}  {} ({})\n", rank, facts.host_name, host,
               facts.device, device, memory_size_text(static_cast<double>(facts.memory_bytes)),
               facts.threads, facts.cores.size(), core_ranges(facts.cores));
  }
  for (const auto& [library, version] : ranks.at(0).versions)
    fmt::print("{:<10} {}\n", library, version);
}

void print_problems(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) fmt::print("PROBLEM: {}\n", problem);
  if (problems.empty()) fmt::print("nothing wrong found\n");
}

}  // namespace

int examine_job(Communicator& communicator, const DoctorOptions& options) {
  std::vector<std::string> problems;
  const auto settings = agree_on_settings(communicator, options, problems);
  std::string device_problem;
  const auto ranks = gather_facts(communicator, settings, &device_problem);
  std::vector<std::string> folder_problems;
  if (!options.run_dir.empty())
    folder_problems = check_shared_folder(communicator, options.run_dir);
  if (!device_problem.empty()) problems.push_back(device_problem);
  for (auto& found : doctor_findings(ranks)) problems.push_back(std::move(found));
  problems.insert(problems.end(), folder_problems.begin(), folder_problems.end());
  if (communicator.rank() == 0) {
    print_ranks(ranks);
    if (options.run_dir.empty()) {
      fmt::print("run directory: none given, its file system was not looked at\n");
    } else {
      std::error_code ignored;
      const bool exists = std::filesystem::exists(options.run_dir, ignored);
      fmt::print("run directory {}: {}{}\n", options.run_dir.string(),
                 exists ? "" : "does not exist yet, would be made on ",
                 file_system_of(options.run_dir));
    }
    if (const char* ignored = std::getenv("OMP_NUM_THREADS")) {
      fmt::print("OMP_NUM_THREADS={} is not used: 'threads' of the sweep decides\n", ignored);
    }
    print_problems(problems);
  }
  // Rank 0 alone knows of the folder.
  return communicator.broadcast(problems.empty() ? "0" : "1") == "0" ? 0 : 1;
}

}  // namespace ptqbench
