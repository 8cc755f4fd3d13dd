#include "addon/tensorrt/build_job.h"

#include <algorithm>
#include <iterator>

#include "addon/tensorrt/build_request_convert.h"
#include "addon/tensorrt/convert.h"
#include "addon/tensorrt/job_registry.h"

namespace calibrt {
namespace {

/// How long a worker that is terminated waits for its builds; they stop at TensorRT's next step.
constexpr std::chrono::seconds kTeardownPatience{10};
/// Events per call into JavaScript: a verbose log comes in thousands of lines, and the event loop must turn in between.
constexpr std::ptrdiff_t kBatch = 128;

}  // namespace

Napi::Object BuildJob::start(Napi::Env env, std::shared_ptr<const tensorrt::Library> library,
                             tensorrt::BuildRequest request, Napi::Function onEvents) {
  const auto job = std::make_shared<BuildJob>(env, std::move(library), std::move(request));
  Napi::Object handle = Napi::Object::New(env);
  handle["result"] = job->deferred_.emplace(env).Promise();
  handle["cancel"] = Napi::Function::New(env, [job](const Napi::CallbackInfo&) { job->cancel(); });
  handle["feed"] = Napi::Function::New(
      env, [job](const Napi::CallbackInfo& info) { job->queue_.push(toBatch(info[0], job->queue_.sizes())); });
  handle["endBatches"] = Napi::Function::New(env, [job](const Napi::CallbackInfo&) { job->queue_.finish(); });
  job->launch(onEvents);
  return handle;
}

BuildJob::BuildJob(Napi::Env env, std::shared_ptr<const tensorrt::Library> library, tensorrt::BuildRequest request)
    : env_(env), library_(std::move(library)), request_(std::move(request)),
      queue_([this](CalibrationEvent event) { std::visit([this](auto& each) { enqueue(std::move(each)); }, event); }) {}

BuildJob::~BuildJob() = default;

void BuildJob::cancel() noexcept {
  cancelled_ = true;
  // The build may be waiting for a batch that never comes.
  queue_.stop();
}

void BuildJob::launch(Napi::Function onEvents) {
  const Napi::Env env(env_);
  // Keeps the job alive until Node has finished with the thread-safe function.
  auto* context = new std::shared_ptr<BuildJob>(shared_from_this());
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<BuildJob>*>(data); };
  const napi_status status =
      napi_create_threadsafe_function(env, onEvents, nullptr, Napi::String::New(env, "calibrt build"), 0, 1, context,
                                      finalize, context, &BuildJob::onWake, &wake_);
  if (status != napi_ok) {
    delete context;
    throw Napi::Error::New(env);
  }
  // After creating the function, whose own hook then runs later: hooks run last in, first out.
  napi_add_env_cleanup_hook(env, &BuildJob::onTeardown, this);
  JobRegistry::instance().add(shared_from_this());
  try {
    thread_ = std::thread([job = shared_from_this()] { job->run(); });
  } catch (const std::system_error& error) {
    JobRegistry::instance().remove(this);
    release();
    throw Napi::Error::New(env, error.what());
  }
}

void BuildJob::run() noexcept {
  BuildOutcome outcome = library_->build(request_, *this);
  JobRegistry::instance().remove(this);
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  wakeLocked();
  done_.notify_all();
}

bool BuildJob::waitUntil(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return done_.wait_until(lock, deadline, [&] { return outcome_.has_value(); });
}

void BuildJob::log(tensorrt::Severity severity, std::string_view message) noexcept {
  try {
    enqueue(LogEvent{severity, std::string(message)});
  } catch (...) {
    // Out of memory; the builder will notice.
  }
}

void BuildJob::progress(const tensorrt::ProgressEvent& event) noexcept {
  try {
    enqueue(event);
  } catch (...) {
    // As above.
  }
}

void BuildJob::enqueue(BuildEvent event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  wakeLocked();
}

void BuildJob::wakeLocked() noexcept {
  // One wake-up stands for all that happens until the JS thread gets to it.
  if (wake_ == nullptr || wakePending_) return;
  wakePending_ = napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

void BuildJob::onWake(napi_env env, napi_value callback, void* context, void* /*data*/) {
  // Null when the function was closed with calls still queued; the context has been finalized by then.
  if (env == nullptr || callback == nullptr) return;
  const std::shared_ptr<BuildJob> job = *static_cast<std::shared_ptr<BuildJob>*>(context);
  try {
    job->deliver(env, Napi::Function(env, callback));
  } catch (...) {
    // A worker that is being terminated fails every call. The job ends by its own means.
  }
  bool done = false;
  {
    const std::lock_guard lock(job->mutex_);
    done = job->outcome_.has_value() && job->events_.empty() && job->wake_ != nullptr;
  }
  if (!done) return;
  try {
    job->settle(env);
  } catch (...) {
    // As above: nobody is left to hear of it.
  }
  job->release();
}

void BuildJob::deliver(Napi::Env env, Napi::Function onEvents) {
  std::vector<BuildEvent> events;
  {
    const std::lock_guard lock(mutex_);
    wakePending_ = false;
    const auto end = events_.begin() + std::min(kBatch, std::ssize(events_));
    events.assign(std::make_move_iterator(events_.begin()), std::make_move_iterator(end));
    events_.erase(events_.begin(), end);
    if (!events_.empty()) wakeLocked();
  }
  if (!events.empty()) onEvents.Call({toJs(env, events)});
}

void BuildJob::settle(Napi::Env env) {
  std::optional<BuildOutcome> outcome;
  {
    const std::lock_guard lock(mutex_);
    outcome.swap(outcome_);
    // Still done, for waitUntil().
    outcome_.emplace();
  }
  if (deferred_ && outcome) deferred_->Resolve(toJs(env, *std::move(outcome)));
}

void BuildJob::release() noexcept {
  napi_remove_env_cleanup_hook(env_, &BuildJob::onTeardown, this);
  napi_threadsafe_function wake = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::swap(wake, wake_);
  }
  if (thread_.joinable()) thread_.join();
  if (wake != nullptr) napi_release_threadsafe_function(wake, napi_tsfn_release);
}

void BuildJob::onTeardown(void* data) {
  const std::shared_ptr<BuildJob> job = static_cast<BuildJob*>(data)->shared_from_this();
  job->cancel();
  const bool done = job->waitUntil(std::chrono::steady_clock::now() + kTeardownPatience);
  {
    const std::lock_guard lock(job->mutex_);
    job->wake_ = nullptr;
  }
  // A thread that does not come back holds the job itself; the library is never unmapped under it.
  if (done) {
    job->thread_.join();
  } else {
    job->thread_.detach();
  }
}

}  // namespace calibrt
