#pragma once

#include <vector>

#include <napi.h>

#include "tensorrt/engine.h"

/// Between lib/native.ts's types of running engines and the bridge's.
namespace calibrt {

tensorrt::LoadRequest toLoadRequest(Napi::Object options);
tensorrt::ContextRequest toContextRequest(Napi::Object options);
/// Copies every tensor's values into the pool's memory: a view of JavaScript's is not safe from it on another thread.
std::vector<tensorrt::Feed> toFeeds(Napi::Value tensors, tensorrt::HostPool& pool);
tensorrt::TimingRequest toTimingRequest(Napi::Object options, tensorrt::HostPool& pool);

Napi::Object toJs(Napi::Env env, const tensorrt::EngineInfo& info);
/// Takes the values over; large ones are not copied.
Napi::Array toJs(Napi::Env env, std::vector<tensorrt::Fetched>& outputs);
Napi::Array toJs(Napi::Env env, const std::vector<tensorrt::LayerSamples>& layers);
Napi::Object toJs(Napi::Env env, tensorrt::TimingResult& result);
Napi::Array textsToJs(Napi::Env env, const std::vector<std::string>& texts);

}  // namespace calibrt
