#include "tensorrt/calibration.h"

#include <algorithm>

#include "tensorrt/calibrators.h"
#include "tensorrt/dims.h"
#include "tensorrt/network_view.h"
#include "tensorrt/profiles.h"

namespace calibrt::tensorrt {

#if CALIBRT_STRONGLY_TYPED

std::unique_ptr<Calibration> Calibration::prepare(nvinfer1::IBuilder& /*builder*/,
                                                  const nvinfer1::INetworkDefinition& /*network*/,
                                                  nvinfer1::IBuilderConfig& /*config*/, const BuildRequest& request,
                                                  BuildObserver& /*observer*/, const Capability& capability,
                                                  LogSink& /*log*/) {
  if (!request.calibration) return nullptr;
  throw capability.lacks("calibrators: implicit quantization ended with TensorRT 10; `calibrt quantize` writes a model "
                         "with QuantizeLinear and DequantizeLinear nodes instead");
}

#else

namespace {

/// The shape of each dynamic input in every batch.
Profile batchShapes(const BuildRequest& request) {
  Profile shapes = request.calibration->profile;
  if (request.profiles.empty()) return shapes;
  for (const ShapeRange& range : request.profiles.front()) {
    const auto same = [&](const ShapeRange& each) { return each.input == range.input; };
    if (std::ranges::none_of(shapes, same)) shapes.push_back(range);
  }
  // Calibration has one shape; TensorRT overwrites the others with OPT.
  for (ShapeRange& range : shapes) range.min = range.max = range.opt;
  return shapes;
}

std::size_t elementBytes(const std::string& dtype) {
  if (dtype == "bool") return 1;
  return dtype == "int64" ? 8 : 4;
}

/// Indices stay what they are; every other type is calibrated as FP32.
std::string batchType(const std::string& dtype) {
  return dtype == "int32" || dtype == "int64" || dtype == "bool" ? dtype : "float32";
}

CalibrationInput batchInput(const TensorInfo& input, const Profile& shapes) {
  CalibrationInput batch{input.name, batchType(input.dtype), input.dims, 0};
  const auto range = std::ranges::find_if(shapes, [&](const auto& each) { return each.input == input.name; });
  if (range != shapes.end() && isOpen(input.dims)) batch.dims = range->opt;
  if (isOpen(batch.dims)) {
    throw Failed(FailureKind::kProfile, "input '" + input.name + "' is dynamic (" + shapeText(input.dims) +
                                            "): calibration needs the shape of a batch");
  }
  batch.bytes = elementBytes(batch.dtype);
  for (const std::int64_t dim : batch.dims) batch.bytes *= static_cast<std::size_t>(dim);
  return batch;
}

}  // namespace

std::unique_ptr<Calibration> Calibration::prepare(nvinfer1::IBuilder& builder,
                                                  const nvinfer1::INetworkDefinition& network,
                                                  nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                                                  BuildObserver& observer, const Capability& capability, LogSink& log) {
  if (!request.calibration) return nullptr;
  BatchSource* source = observer.batches();
  if (source == nullptr) throw Failed(FailureKind::kInternal, "a calibration without a source of batches");
  const Profile shapes = batchShapes(request);
  std::vector<CalibrationInput> inputs;
  for (const TensorInfo& input : networkInputs(network)) inputs.push_back(batchInput(input, shapes));

  std::unique_ptr<Calibration> calibration(new Calibration(*request.calibration, std::move(inputs), *source, log));
  calibration->calibrator_ = makeCalibrator(*request.calibration, calibration->feeder_);
  config.setInt8Calibrator(calibration->calibrator_.get());
  // The others always do. After fusion, the cache would name fused layers of this GPU.
  config.setQuantizationFlag(nvinfer1::QuantizationFlag::kCALIBRATE_BEFORE_FUSION);
  if (!shapes.empty() && !config.setCalibrationProfile(makeProfile(builder, network, shapes, capability))) {
    throw Failed(FailureKind::kProfile, "the library refuses the calibration profile");
  }
  return calibration;
}

#endif

}  // namespace calibrt::tensorrt
