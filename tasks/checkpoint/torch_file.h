#pragma once

#include "tasks/checkpoint/checkpoint_contents.h"

namespace ptqbench {

class InputFile;

/// Whether the file begins like a pickle, as what torch.save wrote before PyTorch 1.6 does.
bool looks_like_legacy_torch_file(const InputFile& file);

/// What is in a ZIP archive as torch.save writes it since PyTorch 1.6: `<folder>/data.pkl`, one
/// record `<folder>/data/<key>` per storage, and optionally `<folder>/byteorder`. Throws IoError
/// when the file is damaged or holds no dictionary of tensors.
CheckpointContents torch_zip_contents(const InputFile& file);

/// The same of the older format: pickles of a magic number, a protocol version, the writer's byte
/// order, the object and the storage keys, then each storage as its 64-bit element count and its
/// elements.
CheckpointContents torch_legacy_contents(const InputFile& file);

}  // namespace ptqbench
