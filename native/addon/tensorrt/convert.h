#pragma once

#include <napi.h>

#include "addon/tensorrt/build_job.h"
#include "tensorrt/bridge.h"
#include "tensorrt/cuda_driver.h"

/// Between lib/native.ts's types and the bridge's. Everything is copied on the JS thread; nothing of JavaScript's is
/// touched on another.
namespace calibrt {

Napi::Array toJs(Napi::Env env, const std::vector<BuildEvent>& events);
/// `{ok: true, value}` or `{ok: false, failure}`.
Napi::Object toJs(Napi::Env env, BuildOutcome outcome);
Napi::Object toJs(Napi::Env env, const LogEvent& event);
/// Nothing for undefined.
std::optional<tensorrt::Severity> toSeverity(Napi::Value value);
Napi::Object toJs(Napi::Env env, const tensorrt::Failure& failure);
Napi::Object toJs(Napi::Env env, const tensorrt::BridgeInfo& info);
Napi::Object toJs(Napi::Env env, const tensorrt::LibraryInfo& info);
Napi::Object toJs(Napi::Env env, const tensorrt::CudaReport& report);

Napi::Object success(Napi::Env env, Napi::Value value);
Napi::Object failed(Napi::Env env, const tensorrt::Failure& failure);

}  // namespace calibrt
