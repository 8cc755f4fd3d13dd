#include "tensorrt/version.h"

#include <algorithm>

#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {
namespace {

struct Version {
  int major;
  int minor;
  int patch;
};

Version split(int version) {
  // 8.x counted thousands; its greatest is below the least of the present encoding (1.0.0 is 10000).
  if (version < 10000) return {version / 1000, version / 100 % 10, version % 100};
  return {version / 10000, version / 100 % 100, version % 100};
}

}  // namespace

std::string versionText(int version) {
  const Version parts = split(version);
  return std::to_string(parts.major) + "." + std::to_string(parts.minor) + "." + std::to_string(parts.patch);
}

std::optional<Failure> checkVersion(int version, const std::string& path) {
  const Version library = split(version);
  const Version headers = split(kHeaderVersion);
  const bool fits = library.major == headers.major && (!CALIBRT_RTX || library.minor >= headers.minor);
  if (fits) return std::nullopt;
  const std::string wanted = CALIBRT_RTX
                                 ? std::to_string(headers.major) + "." + std::to_string(headers.minor) + " or newer"
                                 : std::to_string(headers.major) + ".x";
  return Failure{FailureKind::kVersion,
                 path + " is of version " + versionText(version) + "; here " + kProduct + " " + wanted + " is needed",
                 {}};
}

int statedVersion(int libraryVersion) { return std::min(libraryVersion, kHeaderVersion); }

}  // namespace calibrt::tensorrt
