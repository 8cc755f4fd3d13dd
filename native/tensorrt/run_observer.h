#pragma once

#include <string_view>

#include "tensorrt/build_observer.h"

namespace calibrt::tensorrt {

/// Watches an engine while it is loaded, runs and is timed. Called on the calling thread and on threads of TensorRT's
/// own.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void log(Severity severity, std::string_view message) noexcept = 0;
};

}  // namespace calibrt::tensorrt
