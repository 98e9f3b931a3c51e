#include "tests/harness/program/program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "results/files/store.h"

namespace ptqbench::testing {

Outcome shell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen(("(" + command + ") 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  size_t count = 0;
  while ((count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
    outcome.output.append(buffer.data(), count);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome ptqbench(const std::string& arguments, int ranks) {
  const std::string launcher =
      ranks > 0 ? fmt::format("{}/scripts/mpirun.sh {} ", PTQBENCH_SOURCE_DIR, ranks)
                : std::string();
  return shell(launcher + PTQBENCH_PROGRAM + " " + arguments);
}

std::string small_sweep(const std::string& extra) {
  return fmt::format(R"(name: small
task: image_classification
dataset: fashion_mnist
models: [{{name: resnet20, checkpoint: {}/configs/checkpoints/resnet20_fashion_mnist.safetensors}}]
bits: [w2a4]
methods: [nearest, adaround, brecq, qdrop]
settings: {{calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 3, step_iterations: 2}}
evaluation: {{samples: 100, batch_size: 50}}
report: {{held_out_samples: 4, flatness_samples: 4, flatness_directions: 1, flatness_magnitudes: [0.1]}}
threads: 1
{})",
                     PTQBENCH_SOURCE_DIR, extra);
}

void write_image_folder(const TemporaryFolder& folder, const std::string& name) {
  const auto image =
      read_bytes(std::string(PTQBENCH_SOURCE_DIR) + "/tests/tasks/data/data/photo_420.jpg");
  for (const char* split : {"train", "test"}) {
    for (char label = 'a'; label <= 'j'; ++label) {
      folder.write(fmt::format("{}/{}/{}/1.jpg", name, split, label), image);
    }
  }
}

std::vector<CellRecord> stored_cells(const std::string& run_dir) {
  const CellStore store(run_dir);
  std::vector<CellRecord> cells;
  for (const auto& fingerprint : store.fingerprints()) cells.push_back(store.read(fingerprint));
  return cells;
}

std::string computed_values(const CellRecord& record) {
  auto text = fmt::format("{} {} {} {} {} {} {} {}\n", record.fingerprint, record.model,
                          record.method, bits_label(record.bits), record.seed,
                          status_name(record.status), record.metric, record.full_precision_metric);
  for (const auto& unit : record.units) {
    text += fmt::format("{} {} {} {} {}\n", unit.name, unit.phase, unit.iterations,
                        unit.error_before, unit.error_after);
    for (const auto& point : unit.loss_curve)
      text += fmt::format("{} {}\n", point.iteration, point.total);
  }
  for (const auto& noise : record.block_noise)
    text += fmt::format("{} {} {}\n", noise.block, noise.kind, noise.decibels);
  for (const auto& point : record.flatness)
    text += fmt::format("{} {} {}\n", point.data, point.loss, point.loss_change);
  for (const auto& quantizer : record.quantizers) {
    text += fmt::format("{} {} {}\n", quantizer.name, fmt::join(quantizer.scale, " "),
                        fmt::join(quantizer.zero_point, " "));
  }
  return text + fmt::format("{}\n{}\n", fmt::join(record.calibration_ids, " "),
                            fmt::join(record.held_out_ids, " "));
}

}  // namespace ptqbench::testing
