#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "onnx/graph.h"

namespace calibrt::test {

/// Reads what the double needs of an ONNX file: names, shapes, types, nodes, sizes of weights. External data is looked
/// for in `folder`, and only its size is checked.
///
/// @throws std::invalid_argument where the bytes are no ONNX file
/// @throws std::runtime_error where external data is missing or too short
Graph readModel(std::span<const std::uint8_t> bytes, const std::string& folder);

}  // namespace calibrt::test
