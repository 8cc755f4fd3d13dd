#pragma once

#include <string>
#include <variant>

#include "tensorrt/bridge.h"

namespace calibrt {

/// Opens the bridge of a flavour (`rtx`, `10`, `11`), which lies beside the addon. Bridges stay open, and so are opened
/// once.
std::variant<const tensorrt::Bridge*, tensorrt::Failure> openBridge(const std::string& flavour);

}  // namespace calibrt
