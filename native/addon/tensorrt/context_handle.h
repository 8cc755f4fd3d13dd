#pragma once

#include <memory>

#include <napi.h>

#include "tensorrt/engine.h"

namespace calibrt {

/// Makes an execution context on a thread of its own. Resolves to an outcome with a NativeContext of lib/native.ts.
Napi::Promise createContext(Napi::Env env, std::shared_ptr<tensorrt::Engine> engine, Napi::Object options);

}  // namespace calibrt
