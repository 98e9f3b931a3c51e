#include "results/cells/cell_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace ptqbench {

bool operator==(const CellBits& left, const CellBits& right) {
  return left.weights == right.weights && left.activations == right.activations &&
         left.embeddings == right.embeddings;
}

bool operator!=(const CellBits& left, const CellBits& right) { return !(left == right); }

std::string bits_label(const CellBits& bits) {
  return (bits.embeddings == 0 ? "" : fmt::format("e{}", bits.embeddings)) +
         fmt::format("w{}a{}", bits.weights, bits.activations);
}

bool bits_before(const CellBits& left, const CellBits& right) {
  const auto rank = [](const CellBits& bits) {
    return std::tuple(bits.weights + bits.activations, bits.activations, bits.embeddings);
  };
  return rank(left) > rank(right);
}

const std::string& registered_model(const CellRecord& record) {
  return record.registered_model.empty() ? record.model : record.registered_model;
}

const std::string& registered_method(const CellRecord& record) {
  return record.registered_method.empty() ? record.method : record.registered_method;
}

bool record_before(const CellRecord& left, const CellRecord& right) {
  const auto place = std::tie(left.task, left.dataset, left.model);
  const auto other_place = std::tie(right.task, right.dataset, right.model);
  if (place != other_place) return place < other_place;
  if (left.bits != right.bits) return bits_before(left.bits, right.bits);
  return std::tie(left.method, left.seed, left.fingerprint) <
         std::tie(right.method, right.seed, right.fingerprint);
}

std::string setting_text(const SettingValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

const char* status_name(CellStatus status) {
  switch (status) {
    case CellStatus::kFinished:
      return "finished";
    case CellStatus::kFailed:
      return "failed";
    case CellStatus::kMissing:
      return "missing";
  }
  return "";
}

const char* quantizer_kind_name(QuantizerKind kind) {
  return kind == QuantizerKind::kWeight ? "weight" : "activation";
}

int64_t devices_per_cell(const CellRecord& record) {
  const auto found = record.provenance.find(kDevicesPerCell);
  return found == record.provenance.end() ? 1 : std::stoll(found->second);
}

bool is_fingerprint(const std::string& text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace ptqbench
