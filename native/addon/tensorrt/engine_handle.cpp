#include "addon/tensorrt/engine_handle.h"

#include <atomic>
#include <chrono>

#include "addon/tensorrt/answers.h"
#include "addon/tensorrt/context_handle.h"
#include "addon/tensorrt/external_memory.h"
#include "addon/tensorrt/run_convert.h"

namespace calibrt {
namespace {

/// A timed run tells how far it is no more often than this.
constexpr std::chrono::milliseconds kProgressInterval{50};

/// What lives on the engine's thread. JavaScript's functions and the thread's tasks share it; the thread empties it.
struct EngineState {
  std::shared_ptr<tensorrt::Engine> engine;
};

/// What JavaScript's functions share; the last of them to be collected ends the thread.
struct EngineHandle {
  EngineHandle(std::shared_ptr<TaskThread> taskThread, std::shared_ptr<EngineState> engineState)
      : thread(std::move(taskThread)), state(std::move(engineState)) {}
  ~EngineHandle() {
    // Before the thread's own, so that the engine ends there.
    engine.reset();
    // Collected without dispose(): V8 is told on its own thread.
    thread->tell([memory = memory](Napi::Env env, Napi::Function) { memory->set(env, 0); });
    thread->close();
  }
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;

  const std::shared_ptr<TaskThread> thread;
  const std::shared_ptr<EngineState> state;
  /// Of the JavaScript thread; contexts are made of it. Null after dispose().
  std::shared_ptr<tensorrt::Engine> engine;
  const std::shared_ptr<ExternalMemory> memory = std::make_shared<ExternalMemory>();
};

using Shared = std::shared_ptr<EngineHandle>;

/// Passes the log on to JavaScript, from whichever thread.
class LogForwarder final : public tensorrt::RunObserver {
 public:
  LogForwarder(std::weak_ptr<TaskThread> thread, std::optional<tensorrt::Severity> least)
      : thread_(std::move(thread)), least_(least) {}

  void log(tensorrt::Severity severity, std::string_view message) noexcept override {
    if (!least_ || severity > *least_) return;
    const std::shared_ptr<TaskThread> thread = thread_.lock();
    if (!thread) return;
    try {
      thread->tell([severity, text = std::string(message)](Napi::Env env, Napi::Function onEvent) {
        onEvent.Call({toJs(env, LogEvent{severity, text})});
      });
    } catch (...) {
      // Out of memory: a line is lost.
    }
  }

 private:
  const std::weak_ptr<TaskThread> thread_;
  const std::optional<tensorrt::Severity> least_;
};

/// Brings a timed run's progress to JavaScript, and its wish to stop to the run.
class TimingWatch final : public tensorrt::TimingObserver {
 public:
  TimingWatch(std::shared_ptr<TaskThread> thread, std::shared_ptr<std::atomic<bool>> stop, std::uint32_t run)
      : thread_(std::move(thread)), stop_(std::move(stop)), run_(run) {}

  [[nodiscard]] bool cancelled() const noexcept override { return *stop_ || thread_->isCancelled(); }

  void progress(float elapsedMs) noexcept override {
    using Clock = std::chrono::steady_clock;
    const std::int64_t now = Clock::now().time_since_epoch().count();
    std::int64_t due = due_;
    // One of the run's threads at a time.
    if (now < due || !due_.compare_exchange_strong(due, now + Clock::duration(kProgressInterval).count())) return;
    thread_->tell([run = run_, elapsedMs](Napi::Env env, Napi::Function onEvent) {
      Napi::Object event = Napi::Object::New(env);
      event["type"] = Napi::String::New(env, "progress");
      event["run"] = Napi::Number::New(env, run);
      event["elapsedMs"] = Napi::Number::New(env, elapsedMs);
      onEvent.Call({event});
    });
  }

 private:
  const std::shared_ptr<TaskThread> thread_;
  const std::shared_ptr<std::atomic<bool>> stop_;
  const std::uint32_t run_;
  std::atomic<std::int64_t> due_{0};
};

void refuseDisposed(const Shared& handle, Napi::Env env) {
  if (!handle->engine) throw Napi::Error::New(env, "the engine has been disposed of");
}

Napi::Value context(const Shared& handle, const Napi::CallbackInfo& info) {
  refuseDisposed(handle, info.Env());
  return createContext(info.Env(), handle->engine, info[0].As<Napi::Object>());
}

Napi::Value inspect(const Shared& handle, const Napi::CallbackInfo& info) {
  return outcomeOf<std::string>(
      *handle->thread, info.Env(), [state = handle->state] { return state->engine->inspect(); },
      [](Napi::Env env, std::string& text) -> Napi::Value { return Napi::String::New(env, text); });
}

Napi::Value time(const Shared& handle, const Napi::CallbackInfo& info) {
  refuseDisposed(handle, info.Env());
  const auto options = info[0].As<Napi::Object>();
  const std::uint32_t run = info[1].As<Napi::Number>().Uint32Value();
  const auto request = std::make_shared<tensorrt::TimingRequest>(toTimingRequest(options, handle->engine->hostPool()));
  const auto stop = std::make_shared<std::atomic<bool>>(false);
  const auto work = [state = handle->state, thread = handle->thread, request, stop, run] {
    TimingWatch watch(thread, stop, run);
    return state->engine->time(*request, watch);
  };
  Napi::Object object = Napi::Object::New(info.Env());
  object["result"] = outcomeOf<tensorrt::TimingResult>(
      *handle->thread, info.Env(), work,
      [](Napi::Env env, tensorrt::TimingResult& result) -> Napi::Value { return toJs(env, result); });
  object["cancel"] = Napi::Function::New(info.Env(), [stop](const Napi::CallbackInfo&) { *stop = true; });
  return object;
}

Napi::Value dispose(const Shared& handle, const Napi::CallbackInfo& info) {
  handle->engine.reset();
  const Napi::Promise disposed = outcomeOf<std::monostate>(
      *handle->thread, info.Env(),
      [state = handle->state]() -> std::variant<std::monostate, tensorrt::Failure> {
        *state = {};
        return std::monostate{};
      },
      [memory = handle->memory](Napi::Env env, std::monostate&) -> Napi::Value {
        memory->set(env, 0);
        return env.Undefined();
      });
  handle->thread->close();
  return disposed;
}

Napi::Object makeObject(Napi::Env env, const Shared& handle) {
  Napi::Object object = Napi::Object::New(env);
  object["info"] = toJs(env, handle->engine->info());
  const auto add = [&](const char* name, Napi::Value (*call)(const Shared&, const Napi::CallbackInfo&)) {
    object[name] =
        Napi::Function::New(env, [handle, call](const Napi::CallbackInfo& info) { return call(handle, info); }, name);
  };
  add("createContext", &context);
  add("inspect", &inspect);
  add("time", &time);
  add("dispose", &dispose);
  return object;
}

}  // namespace

Napi::Promise loadEngine(Napi::Env env, std::shared_ptr<const tensorrt::Library> library, Napi::Object options,
                         Napi::Function onEvent) {
  const auto request = std::make_shared<tensorrt::LoadRequest>(toLoadRequest(options));
  const std::optional<tensorrt::Severity> least = toSeverity(options.Get("logLevel"));
  const auto state = std::make_shared<EngineState>();
  const auto thread = TaskThread::start(env, "calibrt engine", onEvent, [state] { *state = {}; });
  const auto handle = std::make_shared<EngineHandle>(thread, state);
  return outcomeOf<std::shared_ptr<tensorrt::Engine>>(
      *thread, env,
      [library = std::move(library), observer = std::make_shared<LogForwarder>(thread, least), state, request] {
        auto loaded = library->load(*request, observer);
        // The engine has what it needs of the plan.
        *request = {};
        if (const auto* engine = std::get_if<std::shared_ptr<tensorrt::Engine>>(&loaded)) state->engine = *engine;
        return loaded;
      },
      [handle](Napi::Env target, std::shared_ptr<tensorrt::Engine>& engine) -> Napi::Value {
        handle->engine = std::move(engine);
        handle->memory->set(target, handle->engine->info().weightBytes);
        return makeObject(target, handle);
      });
}

}  // namespace calibrt
