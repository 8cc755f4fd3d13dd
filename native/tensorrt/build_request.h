#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace calibrt::tensorrt {

/// The least, the expected and the greatest shape of one input; for a shape tensor, its values instead.
struct ShapeRange {
  std::string input;
  std::vector<std::int64_t> min;
  std::vector<std::int64_t> opt;
  std::vector<std::int64_t> max;
};

/// One optimization profile: a range for each input with a dynamic dimension.
using Profile = std::vector<ShapeRange>;

/// What to build. Everything that TensorRT numbers is named here: its enums differ between versions.
struct BuildRequest {
  /// Path of the ONNX file; external data is found beside it. With `modelBytes` only the folder matters, and it may be
  /// empty.
  std::string modelPath;
  /// The model itself; empty where `modelPath` is to be read.
  std::vector<std::uint8_t> modelBytes;
  /// BridgeInfo::targets; empty: the library's default.
  std::vector<std::string> targets;
  std::vector<Profile> profiles;
  /// BridgeInfo::flags to set.
  std::vector<std::string> flags;
  std::optional<std::uint64_t> workspaceBytes;
  std::optional<int> optimizationLevel;
  /// `layer_names_only`, `detailed` or `none`; empty: the library's default.
  std::string profilingVerbosity;
  /// A timing cache to start from; empty: a new one.
  std::vector<std::uint8_t> timingCache;
  /// Whether the observer wants messages of the lowest level, of which there are thousands.
  bool verbose = false;
};

}  // namespace calibrt::tensorrt
