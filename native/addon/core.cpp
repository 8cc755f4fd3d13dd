#include "addon/register.h"

namespace calibrt {

void registerCore(Napi::Env env, Napi::Object exports) {
  exports.Set("instructionSet", Napi::String::New(env, "portable"));
}

}  // namespace calibrt
