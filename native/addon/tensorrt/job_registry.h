#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "addon/tensorrt/native_job.h"

namespace calibrt {

/// Every job whose thread is inside TensorRT, of every environment (Node's main thread and workers) in the process.
class JobRegistry {
 public:
  static JobRegistry& instance();

  void add(std::shared_ptr<NativeJob> job);
  void remove(const NativeJob* job) noexcept;
  bool anyRunning() noexcept;

  /// Cancels the jobs of one environment and waits for them, in all no longer than `patience`.
  void stop(napi_env env, std::chrono::milliseconds patience);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<NativeJob>> jobs_;
};

}  // namespace calibrt
