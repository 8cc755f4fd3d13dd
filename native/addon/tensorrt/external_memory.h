#pragma once

#include <cstdint>

#include <napi.h>

namespace calibrt {

/// GPU memory that an object of JavaScript's holds, told to V8 so that it collects those that are forgotten. Of the
/// JavaScript thread.
class ExternalMemory {
 public:
  void set(Napi::Env env, std::int64_t bytes) {
    if (bytes != bytes_) Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
    bytes_ = bytes;
  }

 private:
  std::int64_t bytes_ = 0;
};

}  // namespace calibrt
