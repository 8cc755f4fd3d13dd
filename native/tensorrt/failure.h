#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace calibrt::tensorrt {

/// Why something could not be done, so that TypeScript can choose the code and the remedy.
enum class FailureKind : std::uint8_t {
  /// An exception of ours, or memory ran out.
  kInternal,
  /// The bridge of this flavour was not built, or is of another build.
  kBridge,
  /// A library cannot be opened or is no TensorRT.
  kLibrary,
  /// A library of a version that this bridge was not compiled for.
  kVersion,
  /// A GPU or its driver is missing where one is needed.
  kNoGpu,
  /// The bytes are no ONNX model.
  kModel,
  /// The parser cannot import the model.
  kParse,
  /// Optimization profiles do not fit the network's inputs.
  kProfile,
  /// An option that this flavour does not have.
  kUnsupported,
  /// The builder returned no plan.
  kRefused,
  /// The observer asked to stop.
  kCancelled,
  /// The library makes no engine of the plan.
  kPlan,
  /// Inputs or options that the engine does not take.
  kInput,
  /// The library or the driver failed while running.
  kExecution,
  /// The library does not take a calibration cache, and there is nothing to calibrate on.
  kCalibration,
};

struct Failure {
  FailureKind kind = FailureKind::kInternal;
  /// One sentence.
  std::string message;
  /// The library's own messages, oldest first.
  std::vector<std::string> details;
};

}  // namespace calibrt::tensorrt
