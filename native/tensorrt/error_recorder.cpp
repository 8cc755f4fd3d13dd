#include "tensorrt/error_recorder.h"

#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

constexpr std::size_t kMostErrors = 200;

}  // namespace

std::int32_t ErrorRecorder::getNbErrors() const noexcept {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int32_t>(errors_.size());
}

nvinfer1::ErrorCode ErrorRecorder::getErrorCode(std::int32_t index) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto i = static_cast<std::size_t>(index);
  return i < errors_.size() ? errors_[i].code : nvinfer1::ErrorCode::kINVALID_ARGUMENT;
}

nvinfer1::IErrorRecorder::ErrorDesc ErrorRecorder::getErrorDesc(std::int32_t index) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto i = static_cast<std::size_t>(index);
  return i < errors_.size() ? errors_[i].description.c_str() : "";
}

void ErrorRecorder::clear() noexcept {
  const std::lock_guard lock(mutex_);
  errors_.clear();
  overflowed_ = false;
}

bool ErrorRecorder::reportError(nvinfer1::ErrorCode code, ErrorDesc description) noexcept {
  try {
    const std::string text = description == nullptr ? std::string(nameOf(kErrorCodes, code)) : description;
    {
      const std::lock_guard lock(mutex_);
      if (errors_.size() < kMostErrors) {
        // Room for all from the start: getErrorDesc hands out pointers into it.
        errors_.reserve(kMostErrors);
        errors_.push_back({code, text});
      } else {
        overflowed_ = true;
      }
    }
    sink_.message(Severity::kError, text);
  } catch (...) {
    overflowed_ = true;
  }
  // Fatal: the builder gives up instead of going on with a broken state.
  return true;
}

}  // namespace calibrt::tensorrt
