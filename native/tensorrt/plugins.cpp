#include "tensorrt/plugins.h"

#include <algorithm>

#include "tensorrt/failed.h"
#include "tensorrt/shared_object.h"

namespace calibrt::tensorrt {

void loadPlugins(nvinfer1::IBuilder& builder, nvinfer1::IBuilderConfig& config, const BuildRequest& request) {
  for (const std::string& path : request.staticPlugins) {
    std::string error;
    if (!SharedObject::open(path, error)) {
      throw Failed({FailureKind::kLibrary, "cannot open the plugin library " + path, {error}});
    }
  }
  for (const std::string& path : request.plugins) {
    if (builder.getPluginRegistry().loadLibrary(path.c_str()) == nullptr) {
      throw Failed(FailureKind::kLibrary, std::string(kProduct) + " loads no plugins from " + path);
    }
  }
  if (request.serializedPlugins.empty()) return;
  std::vector<const char*> paths;
  std::ranges::transform(request.serializedPlugins, std::back_inserter(paths), &std::string::c_str);
  config.setPluginsToSerialize(paths.data(), static_cast<std::int32_t>(paths.size()));
}

}  // namespace calibrt::tensorrt
