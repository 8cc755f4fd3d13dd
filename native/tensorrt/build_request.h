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

/// Something that is turned on or off.
struct Switch {
  std::string name;
  bool on = true;
};

/// A number with a name.
struct NamedAmount {
  std::string name;
  std::uint64_t amount = 0;
};

/// What is asked for layers. A pattern has one `*` at most; an exact name wins over a pattern, and of several patterns
/// the first.
struct Assignment {
  std::string pattern;
  std::vector<std::string> values;
};

/// What an input or output may be; an empty type is the network's own.
struct TensorFormat {
  std::string type;
  std::vector<std::string> layouts;
};

/// How a native calibrator of TensorRT 10 chooses thresholds.
enum class CalibrationAlgorithm : std::uint8_t { kEntropy2, kMinMax, kPercentile };

/// A calibration of an implicitly quantized build.
struct CalibrationRequest {
  CalibrationAlgorithm algorithm = CalibrationAlgorithm::kEntropy2;
  /// kPercentile only: the share of |x| that is kept, and where its regression stops. 1 makes it a plain percentile.
  double quantile = 0.9999;
  double regressionCutoff = 1;
  /// OPT is the shape of every batch; empty: that of the first optimization profile.
  Profile profile;
  /// Caches to serve; empty: none.
  std::vector<std::uint8_t> cache;
  std::vector<std::uint8_t> histogramCache;
  /// Whether there are batches, should the cache not do.
  bool hasBatches = true;
};

/// What to build. Everything that TensorRT numbers is named here: its enums differ between versions. Names are those of
/// name_tables.h and build_tables.h; an empty one, or an absent number, is the library's default.
struct BuildRequest {
  /// Path of the ONNX file; external data is found beside it. With `modelBytes` only the folder matters, and it may be
  /// empty.
  std::string modelPath;
  /// The model itself; empty where `modelPath` is to be read.
  std::vector<std::uint8_t> modelBytes;
  /// The GPU to build on, where the build needs one.
  int device = 0;
  /// BridgeInfo::targets; empty: the library's default.
  std::vector<std::string> targets;
  std::vector<Profile> profiles;
  /// BridgeInfo::flags to set, and to clear.
  std::vector<std::string> flags;
  std::vector<std::string> clearedFlags;
  /// Whether types are the network's alone; absent: unless a precision flag is set.
  std::optional<bool> stronglyTyped;
  /// Absent: no implicit quantization by calibration.
  std::optional<CalibrationRequest> calibration;
  /// What the engine is called; empty: as the model's graph.
  std::string networkName;
  /// Take ranges that have nothing to do with the network, as trtexec does: for timing alone.
  bool placeholderRanges = false;

  std::vector<NamedAmount> memoryPools;
  std::optional<int> optimizationLevel;
  std::optional<int> avgTimingIterations;
  std::optional<int> maxTactics;
  std::optional<int> maxAuxStreams;
  std::string tilingLevel;
  std::optional<std::int64_t> l2LimitForTiling;
  std::string profilingVerbosity;
  std::string hardwareCompatibility;
  std::string runtimePlatform;
  std::string buildRoute;
  std::vector<Switch> tacticSources;
  std::vector<Switch> previewFeatures;
  std::vector<Switch> parserFlags;
  std::optional<int> dlaCore;

  std::vector<Assignment> layerPrecisions;
  std::vector<Assignment> layerOutputTypes;
  std::vector<Assignment> layerDevices;
  /// One for all tensors, or one for each in the network's order; empty: the network's types, linear.
  std::vector<TensorFormat> inputFormats;
  std::vector<TensorFormat> outputFormats;
  /// Names or patterns.
  std::vector<std::string> debugTensors;
  std::vector<std::string> decomposableAttentions;
  bool debugUnfusedTensors = false;

  /// Plugin libraries: registered with TensorRT; opened only, for those that register themselves; and put into the
  /// plan.
  std::vector<std::string> plugins;
  std::vector<std::string> staticPlugins;
  std::vector<std::string> serializedPlugins;

  /// A timing cache to start from; empty: a new one.
  std::vector<std::uint8_t> timingCache;
  /// Whether the observer wants messages of the lowest level, of which there are thousands.
  bool verbose = false;
};

}  // namespace calibrt::tensorrt
