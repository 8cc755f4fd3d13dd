#include <chrono>

#include "addon/register.h"
#include "addon/tensorrt/bridges.h"
#include "addon/tensorrt/build_job.h"
#include "addon/tensorrt/build_request_convert.h"
#include "addon/tensorrt/convert.h"
#include "addon/tensorrt/engine_handle.h"
#include "addon/tensorrt/exit_guard.h"
#include "addon/tensorrt/job_registry.h"
#include "addon/tensorrt/promise_worker.h"

namespace calibrt {
namespace {

using LibraryPointer = std::shared_ptr<const tensorrt::Library>;
using Opened = std::variant<LibraryPointer, tensorrt::Failure>;

Napi::Value libraryObject(Napi::Env env, const LibraryPointer& library) {
  Napi::Object object = Napi::Object::New(env);
  object["info"] = toJs(env, library->info());
  object["build"] = Napi::Function::New(env, [library](const Napi::CallbackInfo& info) -> Napi::Value {
    return BuildJob::start(info.Env(), library, toBuildRequest(info[0].As<Napi::Object>()),
                           info[1].As<Napi::Function>());
  });
  object["load"] = Napi::Function::New(env, [library](const Napi::CallbackInfo& info) -> Napi::Value {
    return loadEngine(info.Env(), library, info[0].As<Napi::Object>(), info[1].As<Napi::Function>());
  });
  return object;
}

Napi::Value openBridgeInfo(const Napi::CallbackInfo& info) {
  const auto bridge = openBridge(info[0].As<Napi::String>().Utf8Value());
  if (const auto* failure = std::get_if<tensorrt::Failure>(&bridge)) return failed(info.Env(), *failure);
  return success(info.Env(), toJs(info.Env(), std::get<const tensorrt::Bridge*>(bridge)->info()));
}

Opened openLibrary(const std::string& flavour, const tensorrt::LibraryPaths& paths) {
  const auto bridge = openBridge(flavour);
  if (const auto* failure = std::get_if<tensorrt::Failure>(&bridge)) return *failure;
  Opened opened = std::get<const tensorrt::Bridge*>(bridge)->open(paths);
  armExitGuard();
  return opened;
}

Napi::Value openTensorRt(const Napi::CallbackInfo& info) {
  const std::string flavour = info[0].As<Napi::String>().Utf8Value();
  const tensorrt::LibraryPaths paths{info[1].As<Napi::String>().Utf8Value(), info[2].As<Napi::String>().Utf8Value()};
  // Mapping and relocating 234 MB takes a quarter of a second at first: not on the JS thread.
  return PromiseWorker<Opened>::run(
      info.Env(), [=] { return openLibrary(flavour, paths); },
      [](Napi::Env env, const Opened& opened) -> Napi::Value {
        if (const auto* failure = std::get_if<tensorrt::Failure>(&opened)) return failed(env, *failure);
        return success(env, libraryObject(env, std::get<LibraryPointer>(opened)));
      });
}

Napi::Value probeCuda(const Napi::CallbackInfo& info) {
  return PromiseWorker<tensorrt::CudaReport>::run(
      info.Env(), [] { return tensorrt::probeCuda(); },
      [](Napi::Env env, const tensorrt::CudaReport& report) -> Napi::Value { return toJs(env, report); });
}

void stopBuilds(const Napi::CallbackInfo& info) {
  const std::chrono::milliseconds patience(info[0].As<Napi::Number>().Int64Value());
  JobRegistry::instance().stop(info.Env(), patience);
  armExitGuard();
}

}  // namespace

void registerTensorRt(Napi::Env env, Napi::Object exports) {
  exports["openTensorRtBridge"] = Napi::Function::New(env, openBridgeInfo);
  exports["openTensorRt"] = Napi::Function::New(env, openTensorRt);
  exports["probeCuda"] = Napi::Function::New(env, probeCuda);
  exports["stopTensorRtBuilds"] = Napi::Function::New(env, stopBuilds);
}

}  // namespace calibrt
