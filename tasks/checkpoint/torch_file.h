#pragma once

#include <vector>

#include "tasks/checkpoint/checkpoint.h"

namespace ptqbench {

class InputFile;

/// Whether the file begins like a pickle, as what torch.save wrote before PyTorch 1.6 does.
bool looks_like_legacy_torch_file(const InputFile& file);

/// Reads the state dictionary from a ZIP archive as torch.save writes it since PyTorch 1.6:
/// `<folder>/data.pkl`, one record `<folder>/data/<key>` per storage, and optionally
/// `<folder>/byteorder`. Throws IoError when the file is damaged, needs a global that is refused,
/// or holds no state dictionary.
std::vector<NamedTensor> read_torch_zip(const InputFile& file);

/// The same from the older format: pickles of a magic number, a protocol version, the writer's byte
/// order, the object and the storage keys, then each storage as its 64-bit element count and its
/// elements.
std::vector<NamedTensor> read_torch_legacy(const InputFile& file);

}  // namespace ptqbench
