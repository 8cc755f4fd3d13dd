#include "tensorrt/shared_object.h"

#include <dlfcn.h>

namespace calibrt::tensorrt {

std::optional<SharedObject> SharedObject::open(const std::string& path, std::string& error) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* reason = dlerror();
    error = reason == nullptr ? "unknown loader error" : reason;
    return std::nullopt;
  }
  return SharedObject(handle);
}

void* SharedObject::address(const char* name) const noexcept { return dlsym(handle_, name); }

}  // namespace calibrt::tensorrt
