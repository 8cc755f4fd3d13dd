#pragma once

#include <string_view>
#include <vector>

#include "tensorrt/build_request.h"

namespace calibrt::tensorrt {

/// Whether `name` is `pattern`, in which one `*` stands for any text.
inline bool matches(std::string_view pattern, std::string_view name) noexcept {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view head = pattern.substr(0, star);
  const std::string_view tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

/// What is asked for `name`: by the exact name, else by the first pattern that matches; null where nothing is.
inline const Assignment* assignmentOf(const std::vector<Assignment>& assignments, std::string_view name) noexcept {
  for (const Assignment& each : assignments) {
    if (each.pattern == name) return &each;
  }
  for (const Assignment& each : assignments) {
    if (matches(each.pattern, name)) return &each;
  }
  return nullptr;
}

}  // namespace calibrt::tensorrt
