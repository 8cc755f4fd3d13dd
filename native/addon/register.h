#pragma once

#include <napi.h>

namespace calibrt {

/// Version of the native surface (lib/native.ts, `NATIVE_VERSION`). Raised when either side changes incompatibly.
inline constexpr int kSurfaceVersion = 1;

/// Adds the statistics, searches and quantization kernels to the addon's exports.
void registerCore(Napi::Env env, Napi::Object exports);

/// Adds the TensorRT bridge to the addon's exports; defined by native/addon/tensorrt*.cpp where they are built.
void registerTensorRt(Napi::Env env, Napi::Object exports);

}  // namespace calibrt
