#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ptqbench {

class InputFile;

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* bytes, size_t count);
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// 64 lower-case hexadecimal digits. Nothing can be added afterwards.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The same of one text.
std::string sha256_text(std::string_view text);

/// The same of a file's bytes. Throws IoError when the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);
std::string sha256_file(const InputFile& file);

}  // namespace ptqbench
