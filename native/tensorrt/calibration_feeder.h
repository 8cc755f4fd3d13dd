#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include "tensorrt/batch_source.h"
#include "tensorrt/build_request.h"
#include "tensorrt/cuda_objects.h"
#include "tensorrt/failed.h"
#include "tensorrt/logger.h"

namespace calibrt::tensorrt {

/// What every native calibrator does, whatever its algorithm: serves caches, brings batches to the GPU, hands over what
/// TensorRT writes. All of it on the building thread, without exceptions.
///
/// To TensorRT, `getBatch` returning false is a normal end: it makes scales of what it saw and builds on. A failure is
/// therefore kept here, and failed() must stop the builder.
class CalibrationFeeder {
 public:
  /// @param inputs of the network; the order is that of the batches' blocks
  CalibrationFeeder(const CalibrationRequest& request, std::vector<CalibrationInput> inputs, BatchSource& source,
                    LogSink& log);

  /// Length of axis 0. TensorRT reads what the calibration profile says, whatever this is.
  [[nodiscard]] std::int32_t batchSize() const noexcept;
  /// Puts one device pointer per name into `bindings`. The names are the caller's and not kept.
  bool getBatch(void* bindings[], const char* const names[], std::int32_t count) noexcept;
  /// The cache to serve, ours for as long as this lives; empty where there is none for this network.
  [[nodiscard]] std::span<const std::uint8_t> cache() noexcept;
  [[nodiscard]] std::span<const std::uint8_t> histogram() const noexcept { return request_.histogramCache; }
  void write(CalibrationFile file, const void* data, std::size_t length) noexcept;

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return failure_; }

 private:
  bool next(void* bindings[], const char* const names[], std::int32_t count);
  void open();
  void upload(const CalibrationBatch& batch);
  [[nodiscard]] std::size_t inputOf(const char* name) const;
  [[nodiscard]] bool isForThisNetwork() const;
  void fail(Failure failure) noexcept;

  const CalibrationRequest& request_;
  const std::vector<CalibrationInput> inputs_;
  BatchSource& source_;
  LogSink& log_;
  bool cacheServed_ = false;
  bool opened_ = false;
  Stream stream_;
  std::vector<DeviceBuffer> buffers_;
  std::atomic<bool> failed_{false};
  std::optional<Failure> failure_;
};

}  // namespace calibrt::tensorrt
