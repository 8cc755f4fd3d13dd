#include "addon/tensorrt/context_handle.h"

#include "addon/tensorrt/answers.h"
#include "addon/tensorrt/external_memory.h"
#include "addon/tensorrt/run_convert.h"

namespace calibrt {
namespace {

/// What lives on the context's thread. JavaScript's functions and the thread's tasks share it; the thread empties it.
struct ContextState {
  std::shared_ptr<tensorrt::Engine> engine;
  std::shared_ptr<tensorrt::Context> context;
};

/// What JavaScript's functions share; the last of them to be collected ends the thread.
struct ContextHandle {
  ContextHandle(std::shared_ptr<TaskThread> taskThread, std::shared_ptr<ContextState> contextState,
                tensorrt::HostPool& hostPool)
      : thread(std::move(taskThread)), state(std::move(contextState)), pool(hostPool) {}
  ~ContextHandle() {
    // Collected without dispose(): V8 is told on its own thread.
    thread->tell([memory = memory](Napi::Env env, Napi::Function) { memory->set(env, 0); });
    thread->close();
  }
  ContextHandle(const ContextHandle&) = delete;
  ContextHandle& operator=(const ContextHandle&) = delete;

  const std::shared_ptr<TaskThread> thread;
  const std::shared_ptr<ContextState> state;
  tensorrt::HostPool& pool;
  /// Shared with answers, which may outlive the handle.
  const std::shared_ptr<ExternalMemory> memory = std::make_shared<ExternalMemory>();
};

using Shared = std::shared_ptr<ContextHandle>;

struct Inferred {
  tensorrt::InferResult result;
  std::int64_t memoryBytes;
};

Napi::Value infer(const Shared& handle, const Napi::CallbackInfo& info) {
  // Shared, because std::function copies what it calls.
  const auto feeds = std::make_shared<std::vector<tensorrt::Feed>>(toFeeds(info[0], handle->pool));
  const auto work = [state = handle->state, feeds]() -> std::variant<Inferred, tensorrt::Failure> {
    auto outcome = state->context->infer(*feeds);
    feeds->clear();
    if (auto* failure = std::get_if<tensorrt::Failure>(&outcome)) return std::move(*failure);
    return Inferred{std::get<tensorrt::InferResult>(std::move(outcome)), state->context->memoryBytes()};
  };
  const auto convert = [memory = handle->memory](Napi::Env env, Inferred& inferred) -> Napi::Value {
    memory->set(env, inferred.memoryBytes);
    Napi::Object object = Napi::Object::New(env);
    object["outputs"] = toJs(env, inferred.result.outputs);
    object["warnings"] = textsToJs(env, inferred.result.warnings);
    return object;
  };
  return outcomeOf<Inferred>(*handle->thread, info.Env(), work, convert);
}

Napi::Value layerTimes(const Shared& handle, const Napi::CallbackInfo& info) {
  using Layers = std::vector<tensorrt::LayerSamples>;
  return outcomeOf<Layers>(
      *handle->thread, info.Env(),
      [state = handle->state]() -> std::variant<Layers, tensorrt::Failure> { return state->context->layerTimes(); },
      [](Napi::Env env, Layers& layers) -> Napi::Value { return toJs(env, layers); });
}

Napi::Value inspect(const Shared& handle, const Napi::CallbackInfo& info) {
  return outcomeOf<std::string>(
      *handle->thread, info.Env(), [state = handle->state] { return state->context->inspect(); },
      [](Napi::Env env, std::string& text) -> Napi::Value { return Napi::String::New(env, text); });
}

Napi::Value dispose(const Shared& handle, const Napi::CallbackInfo& info) {
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
  const auto add = [&](const char* name, Napi::Value (*call)(const Shared&, const Napi::CallbackInfo&)) {
    object[name] =
        Napi::Function::New(env, [handle, call](const Napi::CallbackInfo& info) { return call(handle, info); }, name);
  };
  add("infer", &infer);
  add("layerTimes", &layerTimes);
  add("inspect", &inspect);
  add("dispose", &dispose);
  return object;
}

}  // namespace

Napi::Promise createContext(Napi::Env env, std::shared_ptr<tensorrt::Engine> engine, Napi::Object options) {
  const tensorrt::ContextRequest request = toContextRequest(options);
  const auto state = std::make_shared<ContextState>();
  tensorrt::HostPool& pool = engine->hostPool();
  state->engine = std::move(engine);
  const Napi::Function silent = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  const auto thread = TaskThread::start(env, "calibrt context", silent, [state] { *state = {}; });
  const auto handle = std::make_shared<ContextHandle>(thread, state, pool);
  return outcomeOf<std::int64_t>(
      *thread, env,
      [state, request]() -> std::variant<std::int64_t, tensorrt::Failure> {
        auto made = state->engine->makeContext(request);
        if (auto* failure = std::get_if<tensorrt::Failure>(&made)) return std::move(*failure);
        state->context = std::get<std::shared_ptr<tensorrt::Context>>(std::move(made));
        return state->context->memoryBytes();
      },
      [handle](Napi::Env target, std::int64_t& bytes) -> Napi::Value {
        handle->memory->set(target, bytes);
        return makeObject(target, handle);
      });
}

}  // namespace calibrt
