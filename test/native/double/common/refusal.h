#pragma once

#include <cstdlib>
#include <type_traits>

namespace calibrt::test {

/// Puts a call that the double does not implement into the record.
void recordRefusal(const char* method) noexcept;

/// The answer of such a call. A reference has no refusing value: that ends the process, after the record has its name.
template <typename Result>
Result refused(const char* method) noexcept {
  recordRefusal(method);
  if constexpr (std::is_void_v<Result>) {
    return;
  } else if constexpr (std::is_reference_v<Result>) {
    std::abort();
  } else {
    return Result{};
  }
}

}  // namespace calibrt::test
