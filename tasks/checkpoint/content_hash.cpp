#include "tasks/checkpoint/content_hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "tasks/checkpoint/input_file.h"

namespace ptqbench {

namespace {

constexpr uint64_t kChunkBytes = 1 << 20;

void check(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not compute a SHA-256 digest");
}

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  check(context_->evp != nullptr &&
        EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, size_t count) {
  check(EVP_DigestUpdate(context_->evp.get(), bytes, count) == 1);
}

std::string Sha256::finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  check(EVP_DigestFinal_ex(context_->evp.get(), digest, &length) == 1);
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256_text(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.finish();
}

std::string sha256_file(const std::filesystem::path& path) { return sha256_file(InputFile(path)); }

std::string sha256_file(const InputFile& file) {
  Sha256 hash;
  std::string chunk;
  for (uint64_t offset = 0; offset < file.size(); offset += chunk.size()) {
    chunk.resize(std::min(kChunkBytes, file.size() - offset));
    file.read(offset, chunk.data(), chunk.size());
    hash.add(chunk.data(), chunk.size());
  }
  return hash.finish();
}

}  // namespace ptqbench
