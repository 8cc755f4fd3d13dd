#pragma once

#include "tensorrt/bridge.h"
#include "tensorrt/entry_points.h"

namespace calibrt::tensorrt {

/// Parses, configures, builds and serializes on the calling thread.
///
/// @throws Failed
BuildResult buildPlan(const EntryPoints& library, const BuildRequest& request, BuildObserver& observer);

}  // namespace calibrt::tensorrt
