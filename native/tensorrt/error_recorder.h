#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tensorrt/flavour.h"
#include "tensorrt/logger.h"

namespace calibrt::tensorrt {

/// Takes the errors of one builder. TensorRT does not log what it can record, so each is passed on to the log's sink;
/// being the builder's own, it gets every one whichever thread it comes from.
class ErrorRecorder final : public nvinfer1::IErrorRecorder {
 public:
  explicit ErrorRecorder(LogSink& sink) : sink_(sink) {}

  std::int32_t getNbErrors() const noexcept override;
  nvinfer1::ErrorCode getErrorCode(std::int32_t index) const noexcept override;
  /// Valid until the next error of the same index, which only clear() makes possible.
  ErrorDesc getErrorDesc(std::int32_t index) const noexcept override;
  bool hasOverflowed() const noexcept override { return overflowed_; }
  void clear() noexcept override;
  bool reportError(nvinfer1::ErrorCode code, ErrorDesc description) noexcept override;
  /// The build owns the recorder and outlives the builder: counting has no effect.
  RefCount incRefCount() noexcept override { return ++references_; }
  RefCount decRefCount() noexcept override { return --references_; }

 private:
  struct Error {
    nvinfer1::ErrorCode code;
    std::string description;
  };

  LogSink& sink_;
  mutable std::mutex mutex_;
  std::vector<Error> errors_;
  std::atomic<bool> overflowed_{false};
  std::atomic<RefCount> references_{0};
};

}  // namespace calibrt::tensorrt
