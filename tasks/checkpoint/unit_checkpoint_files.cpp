#include "tasks/checkpoint/unit_checkpoint_files.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/safetensors.h"

namespace ptqbench {
namespace {

constexpr const char* kExtension = ".safetensors";
constexpr const char* kPrefix = "learned.";
constexpr const char* kHash = "sha256";

/// The numbers of a report under the names that they have in a file.
constexpr const char* kErrors = "report.errors_and_seconds";
/// Files of programs that did not count have none.
constexpr const char* kWeights = "report.weights_and_flipped";
constexpr const char* kIterations = "report.iterations";
constexpr const char* kReconstruction = "report.reconstruction";
constexpr const char* kRounding = "report.rounding";

template <class Number>
at::Tensor tensor_of(const std::vector<Number>& numbers) {
  return at::tensor(at::ArrayRef<Number>(numbers));
}

template <class Number>
std::vector<Number> numbers_of(const at::Tensor& tensor) {
  const auto* first = tensor.data_ptr<Number>();
  return {first, first + tensor.numel()};
}

/// Of names, shapes, values and what the file says of itself, but for the hash.
std::string content_hash(std::vector<NamedTensor> tensors,
                         const std::map<std::string, std::string>& metadata) {
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(tensors.begin(), tensors.end(), by_name);
  Sha256 hash;
  for (const auto& [name, value] : tensors) {
    const auto plain = value.cpu().contiguous();
    hash.add(fmt::format("{}\n{}\n", name, plain.numel()));
    hash.add(plain.data_ptr(), plain.nbytes());
  }
  for (const auto& [key, text] : metadata) {
    if (key != kHash) hash.add(fmt::format("{}\n{}\n", key, text));
  }
  return hash.finish();
}

std::vector<NamedTensor> report_tensors(const UnitReport& report) {
  return {{kErrors, tensor_of<double>({report.error_before, report.error_after, report.seconds})},
          {kWeights, tensor_of<int64_t>({report.weights, report.flipped_weights})},
          {kIterations, tensor_of(report.curve.iteration)},
          {kReconstruction, tensor_of(report.curve.reconstruction)},
          {kRounding, tensor_of(report.curve.rounding)}};
}

UnitState state_of(const Checkpoint& file) {
  UnitState state;
  std::map<std::string, at::Tensor> report;
  const std::string prefix = kPrefix;
  for (const auto& [name, value] : file.tensors) {
    if (name.compare(0, prefix.size(), prefix) == 0) {
      state.learned.push_back({name.substr(prefix.size()), value});
    } else {
      report[name] = value;
    }
  }
  const auto errors = numbers_of<double>(report.at(kErrors));
  state.report.error_before = errors.at(0);
  state.report.error_after = errors.at(1);
  state.report.seconds = errors.at(2);
  if (const auto found = report.find(kWeights); found != report.end()) {
    const auto weights = numbers_of<int64_t>(found->second);
    state.report.weights = weights.at(0);
    state.report.flipped_weights = weights.at(1);
  }
  state.report.curve = {numbers_of<int64_t>(report.at(kIterations)),
                        numbers_of<double>(report.at(kReconstruction)),
                        numbers_of<double>(report.at(kRounding))};
  state.report.unit = file.metadata.at("unit");
  state.report.phase = file.metadata.at("phase");
  state.report.kind = file.metadata.at("kind");
  state.report.block = file.metadata.at("block");
  return state;
}

std::map<std::string, std::string> facts_of(const std::map<std::string, std::string>& made_with) {
  std::map<std::string, std::string> facts;
  for (const auto& [name, text] : made_with) facts["made_with." + name] = text;
  return facts;
}

bool contains(const std::map<std::string, std::string>& all,
              const std::map<std::string, std::string>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

std::filesystem::path UnitCheckpointFiles::path_of(const std::string& phase,
                                                   const std::string& unit) const {
  auto name = phase + "." + unit;
  std::replace(name.begin(), name.end(), '/', '-');
  return folder_ / (name + kExtension);
}

std::optional<UnitState> UnitCheckpointFiles::load(const std::string& phase,
                                                   const std::string& unit) {
  const auto path = path_of(phase, unit);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  auto wanted = facts_of(made_with_);
  wanted["phase"] = phase;
  wanted["unit"] = unit;
  try {
    const auto file = read_safetensors(InputFile(path));
    const auto hash = file.metadata.find(kHash);
    const bool intact =
        hash != file.metadata.end() && hash->second == content_hash(file.tensors, file.metadata);
    if (!intact || !contains(file.metadata, wanted)) return std::nullopt;
    return state_of(file);
  } catch (const IoError&) {
    // The unit is computed again and the file replaced.
    return std::nullopt;
  }
}

void UnitCheckpointFiles::save(const UnitState& state) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error)
    throw IoError(fmt::format("cannot make the folder {}: {}", folder_.string(), error.message()));
  auto tensors = report_tensors(state.report);
  for (const auto& [name, value] : state.learned) tensors.push_back({kPrefix + name, value});
  auto metadata = facts_of(made_with_);
  metadata["phase"] = state.report.phase;
  metadata["unit"] = state.report.unit;
  metadata["kind"] = state.report.kind;
  metadata["block"] = state.report.block;
  metadata[kHash] = content_hash(tensors, metadata);
  save_safetensors(path_of(state.report.phase, state.report.unit), tensors, metadata);
}

int64_t count_unit_checkpoints(const std::filesystem::path& folder) {
  int64_t count = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    count += entry->path().extension() == kExtension ? 1 : 0;
  return count;
}

}  // namespace ptqbench
