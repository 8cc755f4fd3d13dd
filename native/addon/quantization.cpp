#include <algorithm>
#include <cmath>
#include <limits>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/job.h"
#include "addon/scales.h"
#include "core/quantize.h"
#include "core/weights.h"

namespace calibrt::js {
namespace {

/// The argument `options` of quantizeLinear and dequantizeLinear, for data of `size` elements.
class Options {
 public:
  Options(Napi::Value value, const std::string& function, std::size_t size)
      : options_(objectArgument(value, function + ": options")),
        isSigned_(isSignedType(options_.Get("dtype"), function + ": options.dtype")),
        scales_(options_, function, size, isSigned_ ? -128 : 0, isSigned_ ? 127 : 255) {}

  [[nodiscard]] bool isSigned() const { return isSigned_; }
  [[nodiscard]] const QuantizationParameters& parameters() const { return scales_.parameters(); }

 private:
  static bool isSignedType(Napi::Value value, const std::string& where) {
    const std::string dtype = stringArgument(value, where);
    if (dtype != "int8" && dtype != "uint8") refuse(value, where, "'int8' or 'uint8'");
    return dtype == "int8";
  }

  Napi::Object options_;
  bool isSigned_;
  ScaleArguments scales_;
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
  const std::size_t channels = countArgument(info[1], "quantizeWeights: channels");
  const std::size_t inner = countArgument(info[2], "quantizeWeights: inner");
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
