#include "tasks/checkpoint/quantized_checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/safetensors.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "ptqbench_quantized";
constexpr const char* kVersion = "1";
constexpr const char* kQuantizers = "quantizers";
constexpr size_t kProblemsShown = 10;

std::string scale_of(const std::string& site) { return site + ".scale"; }
std::string zero_point_of(const std::string& site) { return site + ".zero_point"; }

/// Another layout of a weight may give other last bits in what is computed with it.
bool is_channels_last(const at::Tensor& weight) {
  return weight.dim() == 4 && !weight.is_contiguous() &&
         weight.is_contiguous(at::MemoryFormat::ChannelsLast);
}

Json describe(const AffineQuantizer& quantizer, int bits) {
  return {{"bits", bits}, {"symmetric", quantizer.range.minimum < 0}};
}

std::vector<NamedTensor> parameters_and_buffers(const UnitGraph& model) {
  auto all = model.parameters();
  for (auto& buffer : model.buffers()) all.push_back(std::move(buffer));
  return all;
}

/// Takes tensors out of a file by name and gathers what is wrong.
class TensorTaker {
 public:
  explicit TensorTaker(const Checkpoint& file) : path_(file.path) {
    for (const auto& [name, value] : file.tensors) left_.emplace(name, value);
  }

  /// Undefined, and a problem, where there is none of this type and one of these shapes.
  at::Tensor take(const std::string& name, at::ScalarType type,
                  const std::vector<std::vector<int64_t>>& shapes) {
    const auto found = left_.find(name);
    if (found == left_.end()) {
      problems_.push_back(fmt::format("'{}' is missing", name));
      return {};
    }
    const at::Tensor value = found->second;
    left_.erase(found);
    const bool fits = value.scalar_type() == type &&
                      std::find(shapes.begin(), shapes.end(), value.sizes().vec()) != shapes.end();
    if (fits) return value;
    problems_.push_back(fmt::format(
        "'{}' is {} [{}], expected {} [{}]", name, c10::toString(value.scalar_type()),
        fmt::join(value.sizes(), ", "), c10::toString(type), fmt::join(shapes.back(), ", ")));
    return {};
  }

  void add_problem(std::string problem) { problems_.push_back(std::move(problem)); }

  /// Throws the problems, tensors that nobody took among them.
  void finish() {
    for (const auto& [name, value] : left_)
      problems_.push_back(fmt::format("'{}' is not of this model", name));
    if (problems_.empty()) return;
    const size_t more = problems_.size() - std::min(problems_.size(), kProblemsShown);
    problems_.resize(problems_.size() - more);
    throw IoError(fmt::format("{} does not fit the model: {}{}", path_.string(),
                              fmt::join(problems_, "; "),
                              more == 0 ? "" : fmt::format("; and {} more", more)));
  }

 private:
  std::filesystem::path path_;
  std::map<std::string, at::Tensor> left_;
  std::vector<std::string> problems_;
};

/// Puts the tensors of a file into a model.
class ModelFiller {
 public:
  explicit ModelFiller(const Checkpoint& file) : tensors_(file) {
    try {
      const auto all = Json::parse(file.metadata.at(kQuantizers));
      weights_ = all.at("weights");
      activations_ = all.at("activations");
    } catch (const std::exception& error) {
      throw IoError(fmt::format("{}: its description of quantizers cannot be read: {}",
                                file.path.string(), error.what()));
    }
  }

  void fill(UnitGraph& model) {
    std::set<std::string> quantized;
    for (WeightSite* site : model.weight_sites()) {
      if (weights_.contains(site->name)) {
        fill_weight(*site);
        quantized.insert(site->name);
      }
    }
    check_all_known(weights_, quantized);
    std::set<std::string> used;
    for (ActivationSite* site : model.activation_sites()) {
      if (!activations_.contains(site->name)) continue;
      used.insert(site->name);
      site->quantizer = quantizer(site->name, activations_.at(site->name), 1);
      site->bits = activations_.at(site->name).value("bits", 0);
    }
    check_all_known(activations_, used);
    const torch::NoGradGuard no_grad;
    for (const auto& [name, parameter] : parameters_and_buffers(model)) {
      if (quantized.count(name) != 0) continue;
      const auto value = tensors_.take(name, parameter.scalar_type(), {parameter.sizes().vec()});
      if (value.defined()) parameter.copy_(value);
    }
    tensors_.finish();
  }

 private:
  void check_all_known(const Json& described, const std::set<std::string>& known) {
    for (const auto& [name, facts] : described.items()) {
      if (known.count(name) == 0)
        tensors_.add_problem(fmt::format("'{}' is no place of a quantizer", name));
    }
  }

  /// `channels`: how many parameters it may have beside a single one.
  AffineQuantizer quantizer(const std::string& site, const Json& facts, int64_t channels) {
    const std::vector<std::vector<int64_t>> shapes = {{1}, {channels}};
    AffineQuantizer made;
    try {
      made.range = integer_range(facts.at("bits").get<int>(), facts.at("symmetric").get<bool>());
    } catch (const std::exception& error) {
      tensors_.add_problem(fmt::format("quantizer of '{}': {}", site, error.what()));
    }
    made.scale = tensors_.take(scale_of(site), at::kFloat, shapes);
    made.zero_point = tensors_.take(zero_point_of(site), at::kFloat, shapes);
    return made;
  }

  void fill_weight(WeightSite& site) {
    const Json& facts = weights_.at(site.name);
    site.quantizer = quantizer(site.name, facts, site.value.size(0));
    site.bits = facts.value("bits", 0);
    const auto type = facts.value("symmetric", false) ? at::kChar : at::kByte;
    const auto integers = tensors_.take(site.name, type, {site.value.sizes().vec()});
    const bool complete = integers.defined() && site.quantizer->scale.defined() &&
                          site.quantizer->zero_point.defined();
    if (!complete) return;
    const auto layout = facts.value("channels_last", false) ? at::MemoryFormat::ChannelsLast
                                                            : at::MemoryFormat::Contiguous;
    site.quantized = dequantize(integers, *site.quantizer).contiguous(layout);
    site.value = site.quantized;
  }

  TensorTaker tensors_;
  Json weights_;
  Json activations_;
};

}  // namespace

void save_quantized(const std::filesystem::path& path, const UnitGraph& model,
                    std::map<std::string, std::string> metadata) {
  const torch::NoGradGuard no_grad;
  std::vector<NamedTensor> tensors;
  Json quantizers = {{"weights", Json::object()}, {"activations", Json::object()}};
  const auto add_quantizer = [&](const std::string& site, const AffineQuantizer& quantizer) {
    tensors.push_back({scale_of(site), quantizer.scale});
    tensors.push_back({zero_point_of(site), quantizer.zero_point});
  };
  std::set<std::string> quantized;
  for (const WeightSite* site : model.weight_sites()) {
    if (!site->quantizer) continue;
    const auto integers = grid_integers(site->quantized, *site->quantizer);
    if (!at::equal(dequantize(integers, *site->quantizer), site->quantized))
      throw std::logic_error("the weight '" + site->name + "' does not lie on its grid");
    quantized.insert(site->name);
    tensors.push_back({site->name, integers});
    add_quantizer(site->name, *site->quantizer);
    auto& facts = quantizers["weights"][site->name];
    facts = describe(*site->quantizer, site->bits);
    facts["channels_last"] = is_channels_last(site->quantized);
  }
  for (const ActivationSite* site : model.activation_sites()) {
    if (!site->quantizer) continue;
    add_quantizer(site->name, *site->quantizer);
    quantizers["activations"][site->name] = describe(*site->quantizer, site->bits);
  }
  for (auto& parameter : parameters_and_buffers(model)) {
    if (quantized.count(parameter.name) == 0) tensors.push_back(std::move(parameter));
  }
  metadata[kFormat] = kVersion;
  metadata[kQuantizers] = quantizers.dump();
  save_safetensors(path, tensors, metadata);
}

bool is_quantized(const Checkpoint& file) {
  const auto version = file.metadata.find(kFormat);
  if (version == file.metadata.end()) return false;
  if (version->second == kVersion) return true;
  throw IoError(
      fmt::format("{}: a quantized model in version {} of the format; this program knows {}",
                  file.path.string(), version->second, kVersion));
}

void assign_quantized(const Checkpoint& file, UnitGraph& model) {
  model.fold_batch_norm();
  ModelFiller(file).fill(model);
}

}  // namespace ptqbench
