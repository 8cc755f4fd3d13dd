#pragma once

#include <cstddef>

#include "tensorrt/engine.h"

namespace calibrt::tensorrt {

class EngineCore;

/// What an engine tells of itself, as far as the library that runs can tell.
EngineInfo describeEngine(const EngineCore& core, std::size_t planBytes);

}  // namespace calibrt::tensorrt
