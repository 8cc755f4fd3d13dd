#pragma once

#include <map>
#include <optional>
#include <string>

#include "infer/config.h"
#include "infer/gpu.h"
#include "infer/log.h"
#include "infer/network.h"

namespace calibrt::test {

/// Symmetric scale of each tensor, by name.
using Scales = std::map<std::string, float>;

#if NV_TENSORRT_MAJOR < 11

/// `EntropyCalibration2`, as caches write it.
const char* algorithmWord(IInt8Calibrator& calibrator);

/// Drives the calibrator as TensorRT documents it. The cache is read first; where its header is this version's and this
/// algorithm's, its scales are taken and no batch is asked for. Otherwise batches, until getBatch says that there are
/// no more, which is a normal end also when the loader behind it failed; then the cache is written.
///
/// Scales: amax / 127 of what the inputs held; for a legacy calibrator the quantile of |x| in place of amax. Inner
/// tensors, which the double does not compute, have their input's greatest scale.
///
/// @returns nothing where the calibration failed, having logged why
std::optional<Scales> calibrate(IInt8Calibrator& calibrator, const Network& network, const Config& config,
                                const Gpu& gpu, const Log& log);

#endif

}  // namespace calibrt::test
