#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include <napi.h>

#include "addon/tensorrt/native_job.h"

namespace calibrt {

/// A thread of our own that does one task after another and answers on the JavaScript thread: engines and contexts
/// live on one each, so that nothing waits on the JavaScript thread or takes one of libuv's four.
///
/// An idle thread does not keep the process alive. It ends by close(), after the tasks it was given, or when its
/// environment is torn down, which drops those not begun and joins it first, because Node frees a thread-safe function
/// at that point although a thread may still call it.
class TaskThread final : public NativeJob, public std::enable_shared_from_this<TaskThread> {
 public:
  /// Called on the JavaScript thread with the callback given to start(). Must own nothing of JavaScript's that another
  /// thread may not destroy.
  using Answer = std::function<void(Napi::Env env, Napi::Function onEvent)>;
  /// Called on the thread.
  using Task = std::function<Answer()>;

  /// @param onEvent what answers get to call
  /// @param cleanUp the thread's last act, in every case
  static std::shared_ptr<TaskThread> start(Napi::Env env, const char* name, Napi::Function onEvent,
                                           std::function<void()> cleanUp);

  TaskThread(napi_env env, std::function<void()> cleanUp) : env_(env), cleanUp_(std::move(cleanUp)) {}

  /// On the JavaScript thread. False where the thread was closed: the task is not done.
  bool post(Task task);
  /// Of any thread: an answer of no task, such as a line of the log. Lost where nobody can hear it any more.
  void tell(Answer answer) noexcept;
  /// On the JavaScript thread: no more tasks.
  void close();
  /// Whether tasks are to stop early.
  [[nodiscard]] bool isCancelled() const noexcept { return cancelled_; }

  void cancel() noexcept override;
  bool belongsTo(napi_env env) const noexcept override { return env_ == env; }
  bool waitUntil(std::chrono::steady_clock::time_point deadline) override;

 private:
  static void onWake(napi_env env, napi_value callback, void* context, void* data);
  static void onTeardown(void* data);

  void launch(Napi::Env env, const char* name, Napi::Function onEvent);
  void run() noexcept;
  void wakeLocked() noexcept;
  void deliver(Napi::Env env, Napi::Function onEvent);
  void release() noexcept;

  const napi_env env_;
  std::function<void()> cleanUp_;
  std::thread thread_;
  std::atomic<bool> cancelled_{false};
  /// Tasks whose answers are not delivered; of the JavaScript thread.
  std::size_t pending_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  /// Null once it must not be called any more.
  napi_threadsafe_function wake_ = nullptr;
  bool wakePending_ = false;
  bool closed_ = false;
  bool busy_ = false;
  bool ended_ = false;
  std::deque<Task> tasks_;
  struct Delivery {
    Answer answer;
    bool ofTask;
  };
  std::deque<Delivery> answers_;
};

}  // namespace calibrt
