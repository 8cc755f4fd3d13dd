#include "addon/tensorrt/task_thread.h"

#include <system_error>

#include "addon/tensorrt/job_registry.h"

namespace calibrt {
namespace {

/// How long a worker that is terminated waits for what runs; inferences take milliseconds, timed runs stop at the next
/// query, and loading cannot be stopped.
constexpr std::chrono::seconds kTeardownPatience{10};
/// Answers per call into JavaScript: the event loop must turn in between.
constexpr std::size_t kBatch = 64;

}  // namespace

std::shared_ptr<TaskThread> TaskThread::start(Napi::Env env, const char* name, Napi::Function onEvent,
                                              std::function<void()> cleanUp) {
  auto thread = std::make_shared<TaskThread>(env, std::move(cleanUp));
  thread->launch(env, name, onEvent);
  return thread;
}

void TaskThread::launch(Napi::Env env, const char* name, Napi::Function onEvent) {
  // Keeps this alive until Node has finished with the thread-safe function.
  auto context = std::make_unique<std::shared_ptr<TaskThread>>(shared_from_this());
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<TaskThread>*>(data); };
  const napi_status status =
      napi_create_threadsafe_function(env, onEvent, nullptr, Napi::String::New(env, name), 0, 1, context.get(),
                                      finalize, context.get(), &TaskThread::onWake, &wake_);
  if (status != napi_ok) throw Napi::Error::New(env);
  // Deleted by `finalize`.
  [[maybe_unused]] const auto* const owned = context.release();
  napi_unref_threadsafe_function(env, wake_);
  // After creating the function, whose own hook then runs later: hooks run last in, first out.
  napi_add_env_cleanup_hook(env, &TaskThread::onTeardown, this);
  try {
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
  } catch (const std::system_error& error) {
    ended_ = true;
    release();
    throw Napi::Error::New(env, error.what());
  }
}

bool TaskThread::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    tasks_.push_back(std::move(task));
    if (pending_++ == 0) napi_ref_threadsafe_function(env_, wake_);
  }
  changed_.notify_all();
  return true;
}

void TaskThread::tell(Answer answer) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (wake_ == nullptr) return;
    answers_.push_back({std::move(answer), false});
    wakeLocked();
  } catch (...) {
    // Out of memory: the line is lost.
  }
}

void TaskThread::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void TaskThread::cancel() noexcept {
  cancelled_ = true;
  std::deque<Task> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(tasks_);
}

bool TaskThread::waitUntil(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return !busy_; });
}

void TaskThread::run() noexcept {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closed_ || !tasks_.empty(); });
      busy_ = true;
      if (tasks_.empty()) break;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    JobRegistry::instance().add(shared_from_this());
    Answer answer = task();
    // What the task holds goes before anyone hears of its end.
    task = nullptr;
    JobRegistry::instance().remove(this);
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
      answers_.push_back({std::move(answer), true});
      wakeLocked();
    }
    changed_.notify_all();
  }
  JobRegistry::instance().add(shared_from_this());
  cleanUp_();
  cleanUp_ = nullptr;
  JobRegistry::instance().remove(this);
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    ended_ = true;
    wakeLocked();
  }
  changed_.notify_all();
}

void TaskThread::wakeLocked() noexcept {
  // One wake-up stands for all that happens until the JavaScript thread gets to it.
  if (wake_ == nullptr || wakePending_) return;
  wakePending_ = napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

void TaskThread::onWake(napi_env env, napi_value callback, void* context, void* /*data*/) {
  // Null when the function was closed with calls still queued; the context has been finalized by then.
  if (env == nullptr || callback == nullptr) return;
  const std::shared_ptr<TaskThread> self = *static_cast<std::shared_ptr<TaskThread>*>(context);
  self->deliver(env, Napi::Function(env, callback));
  bool finished = false;
  {
    const std::lock_guard lock(self->mutex_);
    finished = self->ended_ && self->answers_.empty() && self->wake_ != nullptr;
  }
  if (finished) self->release();
}

void TaskThread::deliver(Napi::Env env, Napi::Function onEvent) {
  std::deque<Delivery> batch;
  {
    const std::lock_guard lock(mutex_);
    wakePending_ = false;
    while (!answers_.empty() && batch.size() < kBatch) {
      batch.push_back(std::move(answers_.front()));
      answers_.pop_front();
    }
    if (!answers_.empty()) wakeLocked();
  }
  for (const Delivery& delivery : batch) {
    try {
      const Napi::HandleScope scope(env);
      delivery.answer(env, onEvent);
    } catch (...) {
      // A worker that is being terminated fails every call, and nobody is left to hear of it.
    }
    if (delivery.ofTask && --pending_ == 0 && wake_ != nullptr) napi_unref_threadsafe_function(env, wake_);
  }
}

void TaskThread::release() noexcept {
  napi_remove_env_cleanup_hook(env_, &TaskThread::onTeardown, this);
  napi_threadsafe_function wake = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::swap(wake, wake_);
  }
  if (thread_.joinable()) thread_.join();
  if (wake != nullptr) napi_release_threadsafe_function(wake, napi_tsfn_release);
}

void TaskThread::onTeardown(void* data) {
  const std::shared_ptr<TaskThread> self = static_cast<TaskThread*>(data)->shared_from_this();
  self->cancel();
  self->close();
  bool done = false;
  {
    std::unique_lock lock(self->mutex_);
    const auto deadline = std::chrono::steady_clock::now() + kTeardownPatience;
    done = self->changed_.wait_until(lock, deadline, [&] { return self->ended_; });
    self->wake_ = nullptr;
    // Their promises will never be heard of.
    self->answers_.clear();
  }
  // A thread that does not come back holds itself; the library is never unmapped under it.
  if (done) {
    self->thread_.join();
  } else {
    self->thread_.detach();
  }
}

}  // namespace calibrt
