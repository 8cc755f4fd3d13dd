#include "addon/scales.h"

#include <algorithm>
#include <cmath>

namespace calibrt {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 40;

}  // namespace

std::size_t countArgument(Napi::Value value, std::string_view where) {
  return static_cast<std::size_t>(integerArgument(value, where, 1, kMostElements));
}

void requireWholeChannels(Napi::Env env, const std::string& where, std::size_t size, std::size_t channels,
                          std::size_t inner) {
  if (channels == 1 || (size % channels == 0 && size / channels % inner == 0)) return;
  refuse(env, where,
         "expected a multiple of " + std::to_string(channels) + " channels of " + std::to_string(inner) +
             " elements, got " + std::to_string(size) + " elements");
}

TypedArrayArgument<float> scalesArgument(Napi::Value value, const std::string& where) {
  auto scales = typedArrayArgument<float>(value, where);
  const auto isScale = [](float scale) { return std::isfinite(scale) && scale > 0; };
  if (scales.span().empty() || !std::ranges::all_of(scales.span(), isScale)) {
    refuse(value.Env(), where, "expected at least one scale, all of them finite and above 0");
  }
  return scales;
}

ScaleArguments::ScaleArguments(const Napi::Object& options, const std::string& function, std::size_t size,
                               std::int32_t least, std::int32_t greatest)
    : scale_(scalesArgument(options.Get("scale"), function + ": options.scale")) {
  readZeroPoints(options.Get("zeroPoint"), function + ": options.zeroPoint", least, greatest);
  if (scale_.span().size() > 1) {
    parameters_.inner = countArgument(options.Get("inner"), function + ": options.inner");
    requireWholeChannels(options.Env(), function + ": data", size, scale_.span().size(), parameters_.inner);
  }
  parameters_.scale = scale_.span();
  parameters_.zeroPoint = zeroPoint_.span();
}

void ScaleArguments::readZeroPoints(Napi::Value value, const std::string& where, std::int32_t least,
                                    std::int32_t greatest) {
  if (value.IsUndefined()) return;
  zeroPoint_ = typedArrayArgument<std::int32_t>(value, where);
  const auto fits = [=](std::int32_t zero) { return zero >= least && zero <= greatest; };
  if (zeroPoint_.span().size() != scale_.span().size() || !std::ranges::all_of(zeroPoint_.span(), fits)) {
    refuse(value.Env(), where,
           "expected one per scale, from " + std::to_string(least) + " to " + std::to_string(greatest));
  }
}

}  // namespace calibrt
