#include "results/cell_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace ptqbench {

std::string bits_label(int64_t weight_bits, int64_t activation_bits) {
  return fmt::format("w{}a{}", weight_bits, activation_bits);
}

std::string bits_label(const CellRecord& record) {
  return bits_label(record.weight_bits, record.activation_bits);
}

const std::string& registered_model(const CellRecord& record) {
  return record.registered_model.empty() ? record.model : record.registered_model;
}

const std::string& registered_method(const CellRecord& record) {
  return record.registered_method.empty() ? record.method : record.registered_method;
}

bool bits_before(int64_t weight_bits, int64_t activation_bits, int64_t other_weight_bits,
                 int64_t other_activation_bits) {
  return std::pair(weight_bits + activation_bits, activation_bits) >
         std::pair(other_weight_bits + other_activation_bits, other_activation_bits);
}

bool record_before(const CellRecord& left, const CellRecord& right) {
  const auto place = std::tie(left.task, left.dataset, left.model);
  const auto other_place = std::tie(right.task, right.dataset, right.model);
  if (place != other_place) return place < other_place;
  if (left.weight_bits != right.weight_bits || left.activation_bits != right.activation_bits) {
    return bits_before(left.weight_bits, left.activation_bits, right.weight_bits,
                       right.activation_bits);
  }
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

bool is_fingerprint(const std::string& text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace ptqbench
