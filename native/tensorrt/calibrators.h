#pragma once

#include <memory>

#include "tensorrt/calibration_feeder.h"
#include "tensorrt/flavour.h"

#if !CALIBRT_STRONGLY_TYPED

namespace calibrt::tensorrt {

/// TensorRT 10's calibrator of the request's algorithm, fed by `feeder`. Both must outlive the build.
std::unique_ptr<nvinfer1::IInt8Calibrator> makeCalibrator(const CalibrationRequest& request, CalibrationFeeder& feeder);

}  // namespace calibrt::tensorrt

#endif
