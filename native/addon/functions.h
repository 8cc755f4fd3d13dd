#pragma once

#include <cstdint>

#include <napi.h>

// The addon's functions, one for each of lib/native.ts, which documents them.

namespace calibrt::js {

/// More threads than this are a mistake of the caller.
inline constexpr std::int64_t kMostThreads = 1024;

Napi::Value accumulateAll(const Napi::CallbackInfo& info);
Napi::Value searchThresholds(const Napi::CallbackInfo& info);
Napi::Value searchAsymmetricRanges(const Napi::CallbackInfo& info);
Napi::Value searchEntropy(const Napi::CallbackInfo& info);
Napi::Value searchKld(const Napi::CallbackInfo& info);
Napi::Value quantizeWeights(const Napi::CallbackInfo& info);
Napi::Value quantizeLinear(const Napi::CallbackInfo& info);
Napi::Value dequantizeLinear(const Napi::CallbackInfo& info);
Napi::Value fakeQuantize(const Napi::CallbackInfo& info);
Napi::Value powerOfTwoScales(const Napi::CallbackInfo& info);
Napi::Value quantizationError(const Napi::CallbackInfo& info);

}  // namespace calibrt::js
