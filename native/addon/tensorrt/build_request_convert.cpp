#include "addon/tensorrt/build_request_convert.h"

#include <cstring>
#include <functional>
#include <string>

namespace calibrt {
namespace {

using tensorrt::BuildRequest;

std::string toText(Napi::Value value) { return value.As<Napi::String>().Utf8Value(); }

template <typename Item>
std::vector<Item> toList(Napi::Value value, const std::function<Item(Napi::Value)>& convert) {
  const auto array = value.As<Napi::Array>();
  std::vector<Item> items;
  items.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) items.push_back(convert(array.Get(i)));
  return items;
}

std::vector<std::string> toTexts(Napi::Value value) { return toList<std::string>(value, toText); }

std::vector<std::int64_t> toDims(Napi::Value value) {
  return toList<std::int64_t>(value, [](Napi::Value each) { return each.As<Napi::Number>().Int64Value(); });
}

std::vector<std::uint8_t> toBytes(Napi::Value value) {
  if (value.IsUndefined()) return {};
  if (!value.IsTypedArray()) throw Napi::TypeError::New(value.Env(), "expected a Uint8Array");
  const auto array = value.As<Napi::Uint8Array>();
  // A detached array reads as null and of no length.
  return {array.Data(), array.Data() + array.ByteLength()};
}

std::optional<int> toOptionalInt(Napi::Value value) {
  if (value.IsUndefined()) return std::nullopt;
  return value.As<Napi::Number>().Int32Value();
}

tensorrt::Profile toProfile(Napi::Value value) {
  return toList<tensorrt::ShapeRange>(value, [](Napi::Value each) -> tensorrt::ShapeRange {
    const auto range = each.As<Napi::Object>();
    return {toText(range.Get("input")), toDims(range.Get("min")), toDims(range.Get("opt")), toDims(range.Get("max"))};
  });
}

std::vector<tensorrt::Switch> toSwitches(Napi::Value value) {
  return toList<tensorrt::Switch>(value, [](Napi::Value each) -> tensorrt::Switch {
    const auto object = each.As<Napi::Object>();
    return {toText(object.Get("name")), object.Get("on").As<Napi::Boolean>().Value()};
  });
}

std::vector<tensorrt::Assignment> toAssignments(Napi::Value value) {
  return toList<tensorrt::Assignment>(value, [](Napi::Value each) -> tensorrt::Assignment {
    const auto object = each.As<Napi::Object>();
    return {toText(object.Get("pattern")), toTexts(object.Get("values"))};
  });
}

std::vector<tensorrt::TensorFormat> toFormats(Napi::Value value) {
  return toList<tensorrt::TensorFormat>(value, [](Napi::Value each) -> tensorrt::TensorFormat {
    const auto object = each.As<Napi::Object>();
    return {toText(object.Get("type")), toTexts(object.Get("layouts"))};
  });
}

tensorrt::CalibrationAlgorithm toAlgorithm(const std::string& name) {
  using tensorrt::CalibrationAlgorithm;
  if (name == "minmax") return CalibrationAlgorithm::kMinMax;
  return name == "percentile" ? CalibrationAlgorithm::kPercentile : CalibrationAlgorithm::kEntropy2;
}

tensorrt::CalibrationRequest toCalibration(Napi::Object options) {
  tensorrt::CalibrationRequest request;
  request.algorithm = toAlgorithm(toText(options.Get("algorithm")));
  request.quantile = options.Get("quantile").As<Napi::Number>().DoubleValue();
  request.regressionCutoff = options.Get("regressionCutoff").As<Napi::Number>().DoubleValue();
  request.profile = toProfile(options.Get("profile"));
  request.cache = toBytes(options.Get("cache"));
  request.histogramCache = toBytes(options.Get("histogramCache"));
  request.hasBatches = options.Get("hasBatches").As<Napi::Boolean>().Value();
  return request;
}

void readLevels(Napi::Object options, BuildRequest& request) {
  request.optimizationLevel = toOptionalInt(options.Get("optimizationLevel"));
  request.avgTimingIterations = toOptionalInt(options.Get("avgTimingIterations"));
  request.maxTactics = toOptionalInt(options.Get("maxTactics"));
  request.maxAuxStreams = toOptionalInt(options.Get("maxAuxStreams"));
  request.dlaCore = toOptionalInt(options.Get("dlaCore"));
  if (const Napi::Value limit = options.Get("l2LimitForTiling"); !limit.IsUndefined()) {
    request.l2LimitForTiling = limit.As<Napi::Number>().Int64Value();
  }
  request.tilingLevel = toText(options.Get("tilingLevel"));
  request.profilingVerbosity = toText(options.Get("profilingVerbosity"));
  request.hardwareCompatibility = toText(options.Get("hardwareCompatibility"));
  request.runtimePlatform = toText(options.Get("runtimePlatform"));
  request.buildRoute = toText(options.Get("buildRoute"));
}

void readLists(Napi::Object options, BuildRequest& request) {
  request.memoryPools =
      toList<tensorrt::NamedAmount>(options.Get("memoryPools"), [](Napi::Value each) -> tensorrt::NamedAmount {
        const auto object = each.As<Napi::Object>();
        const std::int64_t bytes = object.Get("bytes").As<Napi::Number>().Int64Value();
        return {toText(object.Get("name")), static_cast<std::uint64_t>(bytes)};
      });
  request.tacticSources = toSwitches(options.Get("tacticSources"));
  request.previewFeatures = toSwitches(options.Get("previewFeatures"));
  request.parserFlags = toSwitches(options.Get("parserFlags"));
  request.layerPrecisions = toAssignments(options.Get("layerPrecisions"));
  request.layerOutputTypes = toAssignments(options.Get("layerOutputTypes"));
  request.layerDevices = toAssignments(options.Get("layerDevices"));
  request.inputFormats = toFormats(options.Get("inputFormats"));
  request.outputFormats = toFormats(options.Get("outputFormats"));
  request.debugTensors = toTexts(options.Get("debugTensors"));
  request.decomposableAttentions = toTexts(options.Get("decomposableAttentions"));
  request.plugins = toTexts(options.Get("plugins"));
  request.staticPlugins = toTexts(options.Get("staticPlugins"));
  request.serializedPlugins = toTexts(options.Get("serializedPlugins"));
}

}  // namespace

tensorrt::BuildRequest toBuildRequest(Napi::Object options) {
  BuildRequest request;
  request.modelPath = toText(options.Get("modelPath"));
  request.modelBytes = toBytes(options.Get("modelBytes"));
  request.device = options.Get("device").As<Napi::Number>().Int32Value();
  request.targets = toTexts(options.Get("targets"));
  request.profiles = toList<tensorrt::Profile>(options.Get("profiles"), toProfile);
  request.flags = toTexts(options.Get("flags"));
  request.clearedFlags = toTexts(options.Get("clearedFlags"));
  if (const Napi::Value typed = options.Get("stronglyTyped"); !typed.IsUndefined()) {
    request.stronglyTyped = typed.As<Napi::Boolean>().Value();
  }
  if (const Napi::Value calibration = options.Get("calibration"); !calibration.IsUndefined()) {
    request.calibration = toCalibration(calibration.As<Napi::Object>());
  }
  request.networkName = toText(options.Get("networkName"));
  request.placeholderRanges = options.Get("placeholderRanges").As<Napi::Boolean>().Value();
  request.debugUnfusedTensors = options.Get("debugUnfusedTensors").As<Napi::Boolean>().Value();
  readLevels(options, request);
  readLists(options, request);
  request.timingCache = toBytes(options.Get("timingCache"));
  request.verbose = options.Get("verbose").As<Napi::Boolean>().Value();
  return request;
}

tensorrt::CalibrationBatch toBatch(Napi::Value arrays, const std::vector<std::size_t>& sizes) {
  const auto list = arrays.As<Napi::Array>();
  if (list.Length() != sizes.size()) throw Napi::TypeError::New(arrays.Env(), "expected an array for each input");
  tensorrt::CalibrationBatch batch;
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    const auto bytes = list.Get(i).As<Napi::Uint8Array>();
    if (bytes.ByteLength() != sizes[i] || (sizes[i] > 0 && bytes.Data() == nullptr)) {
      throw Napi::TypeError::New(arrays.Env(), "expected " + std::to_string(sizes[i]) + " bytes for input " +
                                                   std::to_string(i) + ", got " + std::to_string(bytes.ByteLength()));
    }
    const tensorrt::HostBlock& block = batch.emplace_back(tensorrt::HostPool::instance().takeReady(sizes[i]));
    if (sizes[i] > 0) std::memcpy(block.data(), bytes.Data(), sizes[i]);
  }
  return batch;
}

}  // namespace calibrt
