#pragma once

#include <string>

#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// The module of the original network that a node is of, "layer1.0.conv1"; "" where the file does
/// not say. From, in this order: its weight's name (`layer1.0.conv1.weight`), the scopes that
/// PyTorch's newer exporter notes, the path that the older one writes into names
/// (`/layer1/layer1.0/conv1/Conv`) as other exporters do.
std::string scope_of(const NodeDef& node);

/// The scope one further out; "" of the outermost.
std::string parent_scope(const std::string& scope);

/// Whether `scope` is `outer` or in it.
bool is_within(const std::string& scope, const std::string& outer);

/// The scope with a star for each number: "layer*.*"; what looks alike is built alike.
std::string scope_pattern(const std::string& scope);

/// Whether the scope is as the pattern says, in which a star stands for any text without a dot.
bool matches_pattern(const std::string& scope, const std::string& pattern);

}  // namespace ptqbench::onnx
