#include "addon/addon_data.h"
#include "addon/register.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  // Owned by the environment from here on.
  env.SetInstanceData(std::make_unique<calibrt::AddonData>().release());
  exports.Set("surface", Napi::Number::New(env, calibrt::kSurfaceVersion));
  calibrt::registerCore(env, exports);
#ifdef CALIBRT_WITH_TENSORRT_ADDON
  calibrt::registerTensorRt(env, exports);
#endif
  return exports;
}

}  // namespace

NODE_API_MODULE(calibrt, initialize)
