#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace calibrt::tensorrt {

/// An input or output of the network; a dynamic dimension is -1.
struct TensorInfo {
  std::string name;
  /// ONNX's lower-case name: `float32`.
  std::string dtype;
  std::vector<std::int64_t> dims;
};

struct BuildResult {
  std::vector<std::uint8_t> plan;
  /// Layers of the parsed network; the builder fuses many of them.
  std::int32_t layers = 0;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  /// `Total Weights Memory` of the builder's log.
  std::optional<std::uint64_t> weightBytes;
  std::vector<std::string> warnings;
  std::vector<std::uint8_t> timingCache;
  double parseMs = 0;
  double buildMs = 0;
};

}  // namespace calibrt::tensorrt
