#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ptqbench {

/// A value as bytes between ranks and back (CBOR, RFC 8949). Texts keep every byte, whatever their
/// encoding: names of files and what messages quote need not be UTF-8.
inline std::string to_message(const nlohmann::json& value) {
  std::string bytes;
  nlohmann::json::to_cbor(value, bytes);
  return bytes;
}

inline nlohmann::json from_message(const std::string& bytes) {
  return nlohmann::json::from_cbor(bytes);
}

}  // namespace ptqbench
