#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/checkpoint_contents.h"

namespace ptqbench {

class InputFile;

/// Reads a safetensors file (https://huggingface.co/docs/safetensors, "Format"): an 8-byte
/// little-endian header length, a JSON header, then the tensors' bytes without gaps. Tensors come
/// in the order of their bytes; dtypes F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL.
/// `content_hash` is left empty. Throws IoError on any departure from the format.
Checkpoint read_safetensors(const InputFile& file);

/// The same without reading the tensors; one of another dtype is an error only when it is read.
CheckpointContents safetensors_contents(const InputFile& file);

/// Writes the same format. Tensors of any device and layout; wider dtypes go first, so that each is
/// aligned, and otherwise in the order given. Complete or not at all: a failure leaves no file and
/// an older one untouched. Throws IoError on a repeated name, a dtype that the format lacks, or a
/// folder or disk that takes no file.
void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace ptqbench
