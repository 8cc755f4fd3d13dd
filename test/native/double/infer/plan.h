#pragma once

#include <optional>

#include "infer/calibration.h"

namespace calibrt::test {

/// What an engine of the double is made of.
struct Plan {
  int version = 0;
  Graph graph;
  std::vector<ProfileRanges> profiles;
  Scales scales;
  bool detailed = false;
  bool nameless = false;
  bool refittable = false;
  bool stripped = false;
  bool weightStreaming = false;
};

/// With TensorRT's header: `ftrt`, a word of zero, eight bytes that vary, the length, major, minor and patch.
std::vector<std::uint8_t> encodePlan(const Plan& plan);

/// @returns nothing where the bytes are no plan of the double
std::optional<Plan> decodePlan(std::span<const std::uint8_t> bytes);

}  // namespace calibrt::test
