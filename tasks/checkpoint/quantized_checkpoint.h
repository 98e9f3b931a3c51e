#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "methods/nn/unit_graph.h"
#include "tasks/checkpoint/checkpoint.h"

namespace ptqbench {

/// Writes a quantized model (batch norm folded) as safetensors; docs/results-format.md has the
/// layout: each quantized weight as integers with its scale and zero point, scale and zero point of
/// each activation quantizer, everything else as it is. `metadata` is what else the file is to say.
/// Complete or not at all. Throws IoError when it cannot be written, std::logic_error when a weight
/// does not lie on its grid.
void save_quantized(const std::filesystem::path& path, const UnitGraph& model,
                    std::map<std::string, std::string> metadata);

/// Whether save_quantized wrote it. Throws IoError when it did in a version that is not known here.
bool is_quantized(const Checkpoint& file);

/// Makes the model that was saved, bit for bit, of a new one of the same architecture, whose batch
/// norm it folds. Quantized weights have no other value than the quantized one then. Throws IoError
/// listing what is missing, unexpected, or of another shape or type.
void assign_quantized(const Checkpoint& file, UnitGraph& model);

}  // namespace ptqbench
