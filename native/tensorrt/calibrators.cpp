#include "tensorrt/calibrators.h"

#if !CALIBRT_STRONGLY_TYPED

namespace calibrt::tensorrt {
namespace {

/// The four methods that every calibrator of TensorRT has; Base brings the algorithm's name.
template <typename Base>
class FedCalibrator : public Base {
 public:
  explicit FedCalibrator(CalibrationFeeder& feeder) : feeder_(feeder) {}

  std::int32_t getBatchSize() const noexcept override { return feeder_.batchSize(); }

  bool getBatch(void* bindings[], const char* names[], std::int32_t count) noexcept override {
    return feeder_.getBatch(bindings, names, count);
  }

  const void* readCalibrationCache(std::size_t& length) noexcept override { return serve(feeder_.cache(), length); }

  void writeCalibrationCache(const void* data, std::size_t length) noexcept override {
    feeder_.write(CalibrationFile::kCache, data, length);
  }

 protected:
  /// Null and 0 for nothing.
  static const void* serve(std::span<const std::uint8_t> bytes, std::size_t& length) noexcept {
    length = bytes.size();
    return bytes.empty() ? nullptr : bytes.data();
  }

  CalibrationFeeder& feeder_;
};

using EntropyCalibrator2 = FedCalibrator<nvinfer1::IInt8EntropyCalibrator2>;
using MinMaxCalibrator = FedCalibrator<nvinfer1::IInt8MinMaxCalibrator>;

class PercentileCalibrator final : public FedCalibrator<nvinfer1::IInt8LegacyCalibrator> {
 public:
  PercentileCalibrator(const CalibrationRequest& request, CalibrationFeeder& feeder)
      : FedCalibrator(feeder), quantile_(request.quantile), regressionCutoff_(request.regressionCutoff) {}

  double getQuantile() const noexcept override { return quantile_; }
  double getRegressionCutoff() const noexcept override { return regressionCutoff_; }

  const void* readHistogramCache(std::size_t& length) noexcept override { return serve(feeder_.histogram(), length); }

  void writeHistogramCache(const void* data, std::size_t length) noexcept override {
    feeder_.write(CalibrationFile::kHistogram, data, length);
  }

 private:
  const double quantile_;
  const double regressionCutoff_;
};

}  // namespace

std::unique_ptr<nvinfer1::IInt8Calibrator> makeCalibrator(const CalibrationRequest& request,
                                                          CalibrationFeeder& feeder) {
  switch (request.algorithm) {
    case CalibrationAlgorithm::kEntropy2:
      return std::make_unique<EntropyCalibrator2>(feeder);
    case CalibrationAlgorithm::kMinMax:
      return std::make_unique<MinMaxCalibrator>(feeder);
    case CalibrationAlgorithm::kPercentile:
      return std::make_unique<PercentileCalibrator>(request, feeder);
  }
  throw Failed(FailureKind::kInternal, "unknown calibration algorithm");
}

}  // namespace calibrt::tensorrt

#endif
