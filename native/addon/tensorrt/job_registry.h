#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include <node_api.h>

namespace calibrt {

class BuildJob;

/// Every build whose thread is inside TensorRT, of every environment (Node's main thread and workers) in the process.
class JobRegistry {
 public:
  static JobRegistry& instance();

  void add(std::shared_ptr<BuildJob> job);
  void remove(const BuildJob* job) noexcept;
  bool anyRunning() noexcept;

  /// Cancels the builds of one environment and waits for them, in all no longer than `patience`.
  void stop(napi_env env, std::chrono::milliseconds patience);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<BuildJob>> jobs_;
};

}  // namespace calibrt
