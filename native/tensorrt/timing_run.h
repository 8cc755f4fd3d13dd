#pragma once

#include "tensorrt/engine_core.h"

namespace calibrt::tensorrt {

/// Times an engine by trtexec's method, on the calling thread or one thread per stream.
///
/// @throws Failed
TimingResult timeEngine(EngineCore& core, const TimingRequest& request, TimingObserver& observer);

}  // namespace calibrt::tensorrt
