#pragma once

#include <optional>
#include <string>

#include "tensorrt/failure.h"

namespace calibrt::tensorrt {

/// `getInferLibVersion()` as text: 10701 is 1.7.1, 101501 is 10.15.1, and 8601 of the old encoding is 8.6.1.
std::string versionText(int version);

/// Whether this bridge can talk to a library of that version. Interfaces only grow within a major of TensorRT, so an
/// older minor does; TensorRT-RTX renumbered its enums at 1.6, so there the headers' minor is the oldest.
std::optional<Failure> checkVersion(int version, const std::string& path);

/// The version to state when creating objects: the library's own where it is older than the headers, or it would
/// refuse.
int statedVersion(int libraryVersion);

}  // namespace calibrt::tensorrt
