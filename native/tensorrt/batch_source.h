#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tensorrt/host_pool.h"

namespace calibrt::tensorrt {

/// What one input of every calibration batch must be.
struct CalibrationInput {
  std::string name;
  /// `float32` for every float input, whatever the model says: calibration runs in FP32.
  std::string dtype;
  /// The calibration profile's OPT shape.
  std::vector<std::int64_t> dims;
  std::size_t bytes = 0;
};

/// One batch in host memory: a block per input, in the order in which they were announced.
using CalibrationBatch = std::vector<HostBlock>;

/// What a calibrator writes.
enum class CalibrationFile : std::uint8_t { kCache, kHistogram };

/// Where calibration batches come from. Called on the building thread.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// Batches will be asked for, and must look like this. Not called where a cache makes them needless.
  virtual void open(const std::vector<CalibrationInput>& inputs) noexcept = 0;
  /// The next batch; waits for it. Empty: there are no more, or the build is cancelled.
  [[nodiscard]] virtual CalibrationBatch next() noexcept = 0;
  /// What TensorRT made of the batches. Not called for a calibration that was cut short.
  virtual void calibrated(CalibrationFile file, std::span<const std::uint8_t> bytes) noexcept = 0;
};

}  // namespace calibrt::tensorrt
