#pragma once

#include <variant>

#include "tensorrt/bridge.h"
#include "tensorrt/entry_points.h"

namespace calibrt::tensorrt {

/// Parses, configures, builds and serializes on the calling thread.
std::variant<BuildResult, Failure> buildPlan(const EntryPoints& library, const BuildRequest& request,
                                             BuildObserver& observer);

}  // namespace calibrt::tensorrt
