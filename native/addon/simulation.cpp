#include <algorithm>
#include <cmath>
#include <optional>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/scales.h"
#include "core/fake_quantize.h"
#include "core/quantization_error.h"

namespace calibrt::js {
namespace {

constexpr std::int64_t kMostBins = std::int64_t{1} << 20;
constexpr std::int64_t kMostSeed = (std::int64_t{1} << 53) - 1;

bool booleanArgument(Napi::Value value, const std::string& where) {
  if (!value.IsBoolean()) refuse(value, where, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

IntegerRange integersArgument(const Napi::Object& options, const std::string& where) {
  const auto bits = static_cast<int>(integerArgument(options.Get("bits"), where + ".bits", 2, 16));
  const bool isSigned = booleanArgument(options.Get("signed"), where + ".signed");
  const Napi::Value narrow = options.Get("narrow");
  const bool isNarrow = !narrow.IsUndefined() && booleanArgument(narrow, where + ".narrow");
  const std::int32_t half = 1 << (bits - 1);
  if (isSigned) return {isNarrow ? 1 - half : -half, half - 1};
  if (isNarrow) refuse(options.Env(), where + ".narrow", "expected false: only signed integers have a narrow range");
  return {0, 2 * half - 1};
}

std::optional<std::uint64_t> seedArgument(Napi::Value value, const std::string& where) {
  if (value.IsUndefined()) return std::nullopt;
  return static_cast<std::uint64_t>(integerArgument(value, where, 0, kMostSeed));
}

TypedArrayArgument<float> finiteArrayArgument(Napi::Value value, std::string_view where) {
  auto array = typedArrayArgument<float>(value, where);
  if (array.span().empty() || !std::ranges::all_of(array.span(), [](float x) { return std::isfinite(x); })) {
    refuse(value.Env(), where, "expected at least one element, all of them finite");
  }
  return array;
}

}  // namespace

Napi::Value fakeQuantize(const Napi::CallbackInfo& info) {
  const auto data = typedArrayArgument<float>(info[0], "fakeQuantize: data");
  const std::string where = "fakeQuantize: options";
  const Napi::Object options = objectArgument(info[1], where);
  const IntegerRange integers = integersArgument(options, where);
  const std::size_t size = data.span().size();
  const ScaleArguments scales(options, "fakeQuantize", size, integers.least, integers.greatest);
  const auto seed = seedArgument(options.Get("stochasticSeed"), where + ".stochasticSeed");
  auto result = Napi::Float32Array::New(info.Env(), size);
  calibrt::fakeQuantize(data.span(), scales.parameters(), integers, seed, std::span(result.Data(), size));
  return result;
}

Napi::Value powerOfTwoScales(const Napi::CallbackInfo& info) {
  const auto scales = scalesArgument(info[0], "powerOfTwoScales: scales");
  auto result = Napi::Float32Array::New(info.Env(), scales.span().size());
  std::ranges::transform(scales.span(), result.Data(), powerOfTwoScale);
  return result;
}

Napi::Value quantizationError(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto reference = finiteArrayArgument(info[0], "quantizationError: reference");
  const auto approximation = finiteArrayArgument(info[1], "quantizationError: approximation");
  if (approximation.span().size() != reference.span().size()) {
    refuse(env, "quantizationError: approximation",
           "expected " + std::to_string(reference.span().size()) + " elements like the reference, got " +
               std::to_string(approximation.span().size()));
  }
  const auto bins = static_cast<std::size_t>(integerArgument(info[2], "quantizationError: bins", 1, kMostBins));
  const auto error = calibrt::quantizationError(reference.span(), approximation.span(), bins);
  Napi::Object result = Napi::Object::New(env);
  result.Set("mse", error.mse);
  result.Set("sqnr", error.sqnr);
  result.Set("kl", error.kl);
  return result;
}

}  // namespace calibrt::js
