#pragma once

#include <napi.h>

#include "tensorrt/batch_source.h"
#include "tensorrt/build_request.h"

namespace calibrt {

/// A NativeBuildRequest of lib/native.ts; everything is copied.
///
/// @throws Napi::Error where a property is of another type than lib/native.ts says
tensorrt::BuildRequest toBuildRequest(Napi::Object options);

/// One calibration batch: a Uint8Array per input, of exactly these sizes, copied into pinned memory where there is
/// some.
///
/// @throws Napi::TypeError for an array of another length, as a detached one is
tensorrt::CalibrationBatch toBatch(Napi::Value arrays, const std::vector<std::size_t>& sizes);

}  // namespace calibrt
