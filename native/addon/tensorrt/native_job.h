#pragma once

#include <chrono>

#include <node_api.h>

namespace calibrt {

/// Something that a thread of ours does inside TensorRT.
class NativeJob {
 public:
  virtual ~NativeJob() = default;
  virtual void cancel() noexcept = 0;
  virtual bool belongsTo(napi_env env) const noexcept = 0;
  /// Whether the thread has left TensorRT by then.
  virtual bool waitUntil(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace calibrt
