#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include <napi.h>

#include "addon/tensorrt/batch_queue.h"
#include "addon/tensorrt/native_job.h"
#include "tensorrt/bridge.h"

namespace calibrt {

struct LogEvent {
  tensorrt::Severity severity;
  std::string message;
};
using BuildEvent = std::variant<LogEvent, tensorrt::ProgressEvent, BatchesWanted, BatchTaken, CalibrationWritten>;
using BuildOutcome = std::variant<tensorrt::BuildResult, tensorrt::Failure>;

/// One engine build: a thread of its own (builds take minutes, libuv has four threads), its events brought to the JS
/// thread in batches, its result to a promise.
///
/// What ends it: the build itself; cancel(); the environment being torn down, which cancels and joins first, because
/// Node frees a thread-safe function at that point although a thread may still call it.
class BuildJob final : public tensorrt::BuildObserver, public NativeJob, public std::enable_shared_from_this<BuildJob> {
 public:
  /// Starts the thread. Returns a NativeBuildJob of lib/native.ts; `onEvents` is called with arrays of events.
  static Napi::Object start(Napi::Env env, std::shared_ptr<const tensorrt::Library> library,
                            tensorrt::BuildRequest request, Napi::Function onEvents);

  BuildJob(Napi::Env env, std::shared_ptr<const tensorrt::Library> library, tensorrt::BuildRequest request);
  ~BuildJob() override;

  void cancel() noexcept override;
  bool belongsTo(napi_env env) const noexcept override { return env_ == env; }
  bool waitUntil(std::chrono::steady_clock::time_point deadline) override;

  void log(tensorrt::Severity severity, std::string_view message) noexcept override;
  void progress(const tensorrt::ProgressEvent& event) noexcept override;
  bool cancelled() const noexcept override { return cancelled_; }
  tensorrt::BatchSource* batches() noexcept override { return &queue_; }

 private:
  static void onWake(napi_env env, napi_value callback, void* context, void* data);
  static void onTeardown(void* data);

  void launch(Napi::Function onEvents);
  void run() noexcept;
  void enqueue(BuildEvent event);
  void wakeLocked() noexcept;
  void deliver(Napi::Env env, Napi::Function onEvents);
  void settle(Napi::Env env);
  void release() noexcept;

  const napi_env env_;
  const std::shared_ptr<const tensorrt::Library> library_;
  tensorrt::BuildRequest request_;
  std::optional<Napi::Promise::Deferred> deferred_;
  std::thread thread_;
  std::atomic<bool> cancelled_{false};
  BatchQueue queue_;

  std::mutex mutex_;
  std::condition_variable done_;
  /// Null once it must not be called any more.
  napi_threadsafe_function wake_ = nullptr;
  bool wakePending_ = false;
  std::deque<BuildEvent> events_;
  std::optional<BuildOutcome> outcome_;
};

}  // namespace calibrt
