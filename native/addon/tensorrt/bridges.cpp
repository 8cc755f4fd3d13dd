#include "addon/tensorrt/bridges.h"

#include <dlfcn.h>

#include <filesystem>

#include "tensorrt/shared_object.h"

namespace calibrt {
namespace {

/// The folder that this code was loaded from.
std::filesystem::path addonFolder() {
  static const char anchor = 0;
  Dl_info info{};
  if (dladdr(&anchor, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

tensorrt::Failure bridgeFailure(std::string message, std::vector<std::string> details = {}) {
  return {tensorrt::FailureKind::kBridge, std::move(message), std::move(details)};
}

}  // namespace

std::variant<const tensorrt::Bridge*, tensorrt::Failure> openBridge(const std::string& flavour) {
  const std::filesystem::path path = addonFolder() / ("libcalibrt_tensorrt_" + flavour + ".so");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return bridgeFailure(path.string() + " was not built");
  std::string error;
  const auto object = tensorrt::SharedObject::open(path.string(), error);
  if (!object) return bridgeFailure("cannot open " + path.string(), {error});
  const auto entry = object->function<tensorrt::BridgeEntry>(tensorrt::kBridgeSymbol);
  const tensorrt::Bridge* bridge = entry == nullptr ? nullptr : entry(tensorrt::kBridgeInterface);
  if (bridge == nullptr) return bridgeFailure(path.string() + " is of another build of calibrt");
  return bridge;
}

}  // namespace calibrt
