#include <algorithm>
#include <cmath>
#include <limits>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/job.h"
#include "core/quantize.h"
#include "core/weights.h"

namespace calibrt::js {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 40;

std::size_t sizeArgument(Napi::Value value, std::string_view where) {
  return static_cast<std::size_t>(integerArgument(value, where, 1, kMostElements));
}

void requireWholeChannels(Napi::Env env, const std::string& where, std::size_t size, std::size_t channels,
                          std::size_t inner) {
  if (channels == 1 || (size % channels == 0 && size / channels % inner == 0)) return;
  refuse(env, where,
         "expected a multiple of " + std::to_string(channels) + " channels of " + std::to_string(inner) +
             " elements, got " + std::to_string(size) + " elements");
}

/// The argument `options` of quantizeLinear and dequantizeLinear, for data of `size` elements.
class Options {
 public:
  Options(Napi::Value value, const std::string& function, std::size_t size)
      : options_(objectArgument(value, function + ": options")),
        scale_(typedArrayArgument<float>(options_.Get("scale"), function + ": options.scale")) {
    const Napi::Env env = value.Env();
    const auto isScale = [](float scale) { return std::isfinite(scale) && scale > 0; };
    if (scale_.span().empty() || !std::ranges::all_of(scale_.span(), isScale)) {
      refuse(env, function + ": options.scale", "expected at least one scale, all of them finite and above 0");
    }
    readType(function + ": options.dtype");
    readZeroPoints(function + ": options.zeroPoint");
    if (scale_.span().size() > 1) {
      parameters_.inner = sizeArgument(options_.Get("inner"), function + ": options.inner");
      requireWholeChannels(env, function + ": data", size, scale_.span().size(), parameters_.inner);
    }
    parameters_.scale = scale_.span();
    parameters_.zeroPoint = zeroPoint_.span();
  }

  [[nodiscard]] bool isSigned() const { return isSigned_; }
  [[nodiscard]] const QuantizationParameters& parameters() const { return parameters_; }

 private:
  void readType(const std::string& where) {
    const Napi::Value value = options_.Get("dtype");
    const std::string dtype = stringArgument(value, where);
    if (dtype != "int8" && dtype != "uint8") refuse(value, where, "'int8' or 'uint8'");
    isSigned_ = dtype == "int8";
  }

  void readZeroPoints(const std::string& where) {
    const Napi::Value value = options_.Get("zeroPoint");
    if (value.IsUndefined()) return;
    zeroPoint_ = typedArrayArgument<std::int32_t>(value, where);
    const std::int32_t least = isSigned_ ? std::numeric_limits<std::int8_t>::min() : 0;
    const std::int32_t greatest =
        isSigned_ ? std::numeric_limits<std::int8_t>::max() : std::numeric_limits<std::uint8_t>::max();
    const auto fits = [=](std::int32_t zero) { return zero >= least && zero <= greatest; };
    if (zeroPoint_.span().size() != scale_.span().size() || !std::ranges::all_of(zeroPoint_.span(), fits)) {
      refuse(options_.Env(), where,
             "expected one per scale, from " + std::to_string(least) + " to " + std::to_string(greatest));
    }
  }

  Napi::Object options_;
  TypedArrayArgument<float> scale_;
  TypedArrayArgument<std::int32_t> zeroPoint_{{}, false};
  bool isSigned_ = false;
  QuantizationParameters parameters_;
};

template <typename Integer>
Napi::Value quantizeTo(Napi::Env env, std::span<const float> data, const QuantizationParameters& parameters) {
  auto result = Napi::TypedArrayOf<Integer>::New(env, data.size());
  calibrt::quantizeLinear(data, parameters, std::span<Integer>(result.Data(), data.size()));
  return result;
}

template <typename Integer>
Napi::Value dequantizeFrom(const Napi::CallbackInfo& info) {
  const auto data = typedArrayArgument<Integer>(info[0], "dequantizeLinear: data");
  const Options options(info[1], "dequantizeLinear", data.span().size());
  if (options.isSigned() != std::numeric_limits<Integer>::is_signed) {
    refuse(info[0], "dequantizeLinear: data", options.isSigned() ? "an Int8Array" : "a Uint8Array");
  }
  auto result = Napi::Float32Array::New(info.Env(), data.span().size());
  calibrt::dequantizeLinear(data.span(), options.parameters(), std::span(result.Data(), data.span().size()));
  return result;
}

Napi::Value toJs(Napi::Env env, const QuantizedWeights& weights) {
  auto data = Napi::Int8Array::New(env, weights.data.size());
  auto scales = Napi::Float32Array::New(env, weights.scales.size());
  std::ranges::copy(weights.data, data.Data());
  std::ranges::copy(weights.scales, scales.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("data", data);
  result.Set("scales", scales);
  return result;
}

}  // namespace

Napi::Value quantizeLinear(const Napi::CallbackInfo& info) {
  const auto data = typedArrayArgument<float>(info[0], "quantizeLinear: data");
  const Options options(info[1], "quantizeLinear", data.span().size());
  return options.isSigned() ? quantizeTo<std::int8_t>(info.Env(), data.span(), options.parameters())
                            : quantizeTo<std::uint8_t>(info.Env(), data.span(), options.parameters());
}

Napi::Value dequantizeLinear(const Napi::CallbackInfo& info) {
  if (isTypedArray<std::int8_t>(info[0])) return dequantizeFrom<std::int8_t>(info);
  if (isTypedArray<std::uint8_t>(info[0])) return dequantizeFrom<std::uint8_t>(info);
  refuse(info[0], "dequantizeLinear: data", "an Int8Array or a Uint8Array");
}

Napi::Value quantizeWeights(const Napi::CallbackInfo& info) {
  auto data = std::make_shared<TypedArrayArgument<float>>(typedArrayArgument<float>(info[0], "quantizeWeights: data"));
  const std::size_t channels = sizeArgument(info[1], "quantizeWeights: channels");
  const std::size_t inner = sizeArgument(info[2], "quantizeWeights: inner");
  requireWholeChannels(info.Env(), "quantizeWeights: data", data->span().size(), channels, inner);
  const auto floor = static_cast<float>(finiteArgument(info[3], "quantizeWeights: floor"));
  if (!std::isnormal(floor) || floor < 0) refuse(info[3], "quantizeWeights: floor", "a normal float32 above 0");
  const auto work = [data = std::move(data), channels, inner, floor] {
    try {
      return calibrt::quantizeWeights(data->span(), channels, inner, floor);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(std::string("quantizeWeights: data: ") + error.what());
    }
  };
  return Job<QuantizedWeights>::start(info.Env(), work, toJs, {info[0].As<Napi::Object>()});
}

}  // namespace calibrt::js
