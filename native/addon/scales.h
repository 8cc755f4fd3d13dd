#pragma once

#include <string>

#include "addon/arguments.h"
#include "core/quantize.h"

namespace calibrt {

/// A number of elements or channels.
std::size_t countArgument(Napi::Value value, std::string_view where);

/// Refuses data that is not [outer, channels, inner].
void requireWholeChannels(Napi::Env env, const std::string& where, std::size_t size, std::size_t channels,
                          std::size_t inner);

/// A Float32Array of at least one scale, finite and above 0.
TypedArrayArgument<float> scalesArgument(Napi::Value value, const std::string& where);

/// The fields `scale`, `zeroPoint` (from `least` to `greatest`) and `inner` of the argument `options` of a function,
/// for data of `size` elements.
class ScaleArguments {
 public:
  ScaleArguments(const Napi::Object& options, const std::string& function, std::size_t size, std::int32_t least,
                 std::int32_t greatest);

  [[nodiscard]] const QuantizationParameters& parameters() const { return parameters_; }

 private:
  void readZeroPoints(Napi::Value value, const std::string& where, std::int32_t least, std::int32_t greatest);

  TypedArrayArgument<float> scale_;
  TypedArrayArgument<std::int32_t> zeroPoint_{{}, false};
  QuantizationParameters parameters_;
};

}  // namespace calibrt
