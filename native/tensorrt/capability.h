#pragma once

#include <string>

#include "tensorrt/failed.h"
#include "tensorrt/flavour.h"
#include "tensorrt/named.h"
#include "tensorrt/version.h"

namespace calibrt::tensorrt {

/// What the opened library has, which is less than the headers where it is older: those of 10.16 also serve a 10.3.
/// Calling a method that a library does not have would call whatever lies behind its table of methods.
class Capability {
 public:
  explicit Capability(int libraryVersion) : version_(libraryVersion) {}

  /// `getInferLibVersion()`
  [[nodiscard]] int version() const noexcept { return version_; }

  /// Whether the library is of that minor of TensorRT 10, or of another major.
  [[nodiscard]] bool hasMinor(int minor) const noexcept {
    return CALIBRT_STRONGLY_TYPED || version_ >= NV_TENSORRT_MAJOR * 10000 + minor * 100;
  }

  /// @throws Failed kUnsupported naming `what` where the library is older
  void require(int minor, const std::string& what) const {
    if (!hasMinor(minor)) throw lacks(what + ", which came with 10." + std::to_string(minor));
  }

  /// The enumerator called `name`.
  ///
  /// @param kind what it is: `builder flag`
  /// @throws Failed kUnsupported naming it where the headers or the library do not have it
  template <typename Enum, std::size_t Size>
  [[nodiscard]] Enum value(const NameTable<Enum, Size>& table, const std::string& name, const char* kind) const {
    const std::string what = std::string(kind) + " '" + name + "'";
    const Named<Enum>* entry = entryOf(table, name);
    if (entry == nullptr) throw lacks(what);
    require(entry->sinceMinor, what);
    return entry->value;
  }

  [[nodiscard]] Failed lacks(const std::string& what) const {
    return {FailureKind::kUnsupported, std::string(kProduct) + " " + versionText(version_) + " has no " + what};
  }

 private:
  int version_;
};

}  // namespace calibrt::tensorrt
