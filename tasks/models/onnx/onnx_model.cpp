#include "tasks/models/onnx/onnx_model.h"

#include <fmt/format.h>

#include "support/error.h"

namespace ptqbench::onnx {

std::string NodeDef::label() const {
  const std::string& shown = !name.empty() || outputs.empty() ? name : outputs.front();
  return fmt::format("node '{}' ({})", shown, op);
}

const Attribute* NodeDef::find(const std::string& attribute, Attribute::Kind kind) const {
  const auto found = attributes.find(attribute);
  if (found == attributes.end()) return nullptr;
  if (found->second.kind != kind)
    throw IoError(fmt::format("{}: attribute '{}' is of the wrong type", label(), attribute));
  return &found->second;
}

int64_t NodeDef::integer(const std::string& attribute, int64_t otherwise) const {
  const auto* found = find(attribute, Attribute::Kind::kInt);
  return found == nullptr ? otherwise : found->integer;
}

double NodeDef::number(const std::string& attribute, double otherwise) const {
  const auto* found = find(attribute, Attribute::Kind::kFloat);
  return found == nullptr ? otherwise : static_cast<double>(found->number);
}

std::string NodeDef::text(const std::string& attribute, const std::string& otherwise) const {
  const auto* found = find(attribute, Attribute::Kind::kString);
  return found == nullptr ? otherwise : found->text;
}

std::vector<int64_t> NodeDef::integers(const std::string& attribute,
                                       const std::vector<int64_t>& otherwise) const {
  const auto* found = find(attribute, Attribute::Kind::kInts);
  return found == nullptr ? otherwise : found->integers;
}

}  // namespace ptqbench::onnx
