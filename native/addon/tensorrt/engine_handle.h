#pragma once

#include <memory>

#include <napi.h>

#include "tensorrt/bridge.h"

namespace calibrt {

/// Loads an engine on a thread of its own. Resolves to an outcome with a NativeEngine of lib/native.ts; `onEvent` hears
/// of it for as long as it lives.
Napi::Promise loadEngine(Napi::Env env, std::shared_ptr<const tensorrt::Library> library, Napi::Object options,
                         Napi::Function onEvent);

}  // namespace calibrt
