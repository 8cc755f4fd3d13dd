#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <variant>
#include <vector>

#include "tensorrt/batch_source.h"

namespace calibrt {

/// TensorRT wants batches, which look like this.
struct BatchesWanted {
  std::vector<tensorrt::CalibrationInput> inputs;
};
/// It took one, so that there is room for another.
struct BatchTaken {};
/// A calibration is done.
struct CalibrationWritten {
  tensorrt::CalibrationFile file;
  std::vector<std::uint8_t> bytes;
};
using CalibrationEvent = std::variant<BatchesWanted, BatchTaken, CalibrationWritten>;

/// Calibration batches between the JavaScript thread, which fills the queue as the loader gives them, and the building
/// thread, which waits for them inside getBatch. It is JavaScript that keeps the queue short: it adds a batch for each
/// that was taken.
class BatchQueue final : public tensorrt::BatchSource {
 public:
  /// @param tell brings events to the JavaScript thread; called on the building thread, and may throw
  explicit BatchQueue(std::function<void(CalibrationEvent)> tell) : tell_(std::move(tell)) {}

  void open(const std::vector<tensorrt::CalibrationInput>& inputs) noexcept override;
  tensorrt::CalibrationBatch next() noexcept override;
  void calibrated(tensorrt::CalibrationFile file, std::span<const std::uint8_t> bytes) noexcept override;

  /// What one batch must hold, in bytes per input; empty before open().
  [[nodiscard]] std::vector<std::size_t> sizes() const;
  void push(tensorrt::CalibrationBatch batch);
  /// There will be no more.
  void finish() noexcept;
  /// Drops what is there and lets nobody wait: the build is cancelled.
  void stop() noexcept;

 private:
  const std::function<void(CalibrationEvent)> tell_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> sizes_;
  std::deque<tensorrt::CalibrationBatch> batches_;
  bool finished_ = false;
  bool stopped_ = false;
};

}  // namespace calibrt
