#pragma once

#include <memory>

#include "tensorrt/build_observer.h"
#include "tensorrt/calibration_feeder.h"
#include "tensorrt/capability.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// The calibration of one implicitly quantized build: the calibrator, its batches and its shapes. Must outlive the
/// build.
class Calibration {
 public:
  /// Null where the request asks for none.
  ///
  /// @throws Failed kUnsupported on a strongly typed flavour; kProfile where the shape of a batch is not known; kNoGpu
  static std::unique_ptr<Calibration> prepare(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                                              nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                                              BuildObserver& observer, const Capability& capability, LogSink& log);

  [[nodiscard]] CalibrationFeeder& feeder() noexcept { return feeder_; }

 private:
  Calibration(const CalibrationRequest& request, std::vector<CalibrationInput> inputs, BatchSource& source,
              LogSink& log)
      : feeder_(request, std::move(inputs), source, log) {}

  CalibrationFeeder feeder_;
#if !CALIBRT_STRONGLY_TYPED
  std::unique_ptr<nvinfer1::IInt8Calibrator> calibrator_;
#endif
};

}  // namespace calibrt::tensorrt
