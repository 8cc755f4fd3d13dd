#pragma once

#include <optional>
#include <string>

namespace calibrt::tensorrt {

/// A shared library opened at run time and never closed. Local visibility keeps the symbols of several TensorRT majors
/// apart.
class SharedObject {
 public:
  /// Opens `path`; nothing, with the loader's own words in `error`, where that fails.
  static std::optional<SharedObject> open(const std::string& path, std::string& error);

  /// The function `name`, or null.
  template <typename Function>
  Function function(const char* name) const noexcept {
    // POSIX makes this conversion valid; C++ leaves it to the implementation.
    return reinterpret_cast<Function>(address(name));
  }

 private:
  explicit SharedObject(void* handle) noexcept : handle_(handle) {}
  void* address(const char* name) const noexcept;

  void* handle_;
};

}  // namespace calibrt::tensorrt
