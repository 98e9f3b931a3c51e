#include "tasks/checkpoint/naming.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace ptqbench {
namespace {

bool any_name_matches(const std::vector<NamedTensor>& tensors, const char* pattern) {
  const std::regex regex(pattern);
  return std::any_of(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) {
    return std::regex_match(tensor.name, regex);
  });
}

/// Stages count from 1 in both conventions, blocks from 1 here and from 0 there; a convolution is
/// part 0 there and its batch norm part 1.
std::string torchvision_regnet_name(const std::string& name) {
  static const std::regex stem(R"(stem\.(conv|bn)\.(.*))");
  static const std::regex head(R"(head\.fc\.(.*))");
  static const std::regex block(R"(s(\d+)\.b(\d+)\.(proj|bn|f\.[abc]|f\.[abc]_bn)\.(.*))");
  std::smatch match;
  if (std::regex_match(name, match, stem))
    return fmt::format("stem.{}.{}", match[1] == "conv" ? 0 : 1, match[2].str());
  if (std::regex_match(name, match, head)) return fmt::format("fc.{}", match[1].str());
  if (!std::regex_match(name, match, block)) return name;
  const std::string part = match[3];
  const bool shortcut = part[0] != 'f';
  return fmt::format("trunk_output.block{0}.block{0}-{1}.{2}.{3}.{4}", match[1].str(),
                     std::stoi(match[2]) - 1, shortcut ? "proj" : part.substr(0, 3),
                     part == "proj" || part.size() == 3 ? 0 : 1, match[4].str());
}

/// The numbered parts of an inverted residual in both conventions: there every convolution, batch
/// norm and non-linearity counts.
using PartNames = std::map<std::string, int>;
const PartNames kExpandedParts = {{"0.0", 0}, {"0.1", 1}, {"1.0", 3},
                                  {"1.1", 4}, {"2", 6},   {"3", 7}};
const PartNames kUnexpandedParts = {{"0.0", 0}, {"0.1", 1}, {"1", 3}, {"2", 4}};

void rename_to_zoo_mobilenet(std::vector<NamedTensor>& parameters) {
  static const std::regex block(R"((features\.\d+\.conv\.)(\d(?:\.\d)?)\.(\D.*))");
  std::set<std::string> expanded;
  std::smatch match;
  for (const auto& parameter : parameters) {
    if (std::regex_match(parameter.name, match, block) && match[2] == "1.0")
      expanded.insert(match[1]);
  }
  for (auto& parameter : parameters) {
    const std::string name = parameter.name;
    if (!std::regex_match(name, match, block)) continue;
    const auto& parts = expanded.count(match[1]) != 0 ? kExpandedParts : kUnexpandedParts;
    const auto part = parts.find(match[2]);
    if (part != parts.end())
      parameter.name = fmt::format("{}{}.{}", match[1].str(), part->second, match[3].str());
  }
}

/// Files converted from TensorFlow call the weight of a layer norm gamma and its bias beta.
void rename_layer_norms(std::vector<NamedTensor>& parameters) {
  static const std::regex norm(R"((.*LayerNorm)\.(weight|bias))");
  std::smatch match;
  for (auto& parameter : parameters) {
    const std::string name = parameter.name;
    if (std::regex_match(name, match, norm))
      parameter.name = match[1].str() + (match[2] == "weight" ? ".gamma" : ".beta");
  }
}

/// Convolutions of pyramids and heads were numbered alone once, ReLUs counted, and later are parts
/// of numbered pairs with their ReLU.
std::string early_torchvision_detector_name(const std::string& name) {
  static const std::regex pyramid(R"((backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.0\.(.*))");
  static const std::regex proposals(R"((rpn\.head\.conv)\.0\.0\.(.*))");
  static const std::regex head(R"((head\..*_head\.conv)\.(\d+)\.0\.(.*))");
  std::smatch match;
  if (std::regex_match(name, match, pyramid) || std::regex_match(name, match, proposals))
    return fmt::format("{}.{}", match[1].str(), match[2].str());
  if (!std::regex_match(name, match, head)) return name;
  return fmt::format("{}.{}.{}", match[1].str(), 2 * std::stoi(match[2]), match[3].str());
}

void rename_to_torchvision_regnet(std::vector<NamedTensor>& parameters) {
  for (auto& parameter : parameters) parameter.name = torchvision_regnet_name(parameter.name);
}

void rename_to_early_torchvision_detector(std::vector<NamedTensor>& parameters) {
  for (auto& parameter : parameters)
    parameter.name = early_torchvision_detector_name(parameter.name);
}

struct Convention {
  /// A file whose names match follows it.
  const char* pattern;
  void (*rename)(std::vector<NamedTensor>& parameters);
};

constexpr Convention kConventions[] = {
    {R"(trunk_output\..*)", rename_to_torchvision_regnet},
    {R"(features\.\d+\.conv\.0\.weight)", rename_to_zoo_mobilenet},
    {R"(.*LayerNorm\.gamma)", rename_layer_norms},
    {R"(backbone\.fpn\.inner_blocks\.\d+\.weight)", rename_to_early_torchvision_detector},
};

bool same_names(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& left, const auto& right) { return left.name == right.name; });
}

}  // namespace

std::vector<NamedTensor> named_as_in(const Checkpoint& checkpoint,
                                     std::vector<NamedTensor> parameters) {
  for (const auto& convention : kConventions) {
    if (!any_name_matches(checkpoint.tensors, convention.pattern)) continue;
    convention.rename(parameters);
    break;
  }
  return parameters;
}

std::vector<std::vector<NamedTensor>> naming_conventions(
    const std::vector<NamedTensor>& parameters) {
  std::vector<std::vector<NamedTensor>> all = {parameters};
  for (const auto& convention : kConventions) {
    auto renamed = parameters;
    convention.rename(renamed);
    if (!same_names(renamed, parameters)) all.push_back(std::move(renamed));
  }
  return all;
}

}  // namespace ptqbench
