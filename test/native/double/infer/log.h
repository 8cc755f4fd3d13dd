#pragma once

#include <string>

#include "infer/doubled.h"

namespace calibrt::test {

/// Says things as TensorRT does: errors to the recorder where there is one, all else to the logger.
class Log {
 public:
  explicit Log(ILogger& logger) : logger_(logger) {}

  void setRecorder(IErrorRecorder* recorder) { recorder_ = recorder; }
  [[nodiscard]] IErrorRecorder* recorder() const { return recorder_; }
  [[nodiscard]] ILogger& logger() const { return logger_; }

  void verbose(const std::string& text) const { logger_.log(ILogger::Severity::kVERBOSE, text.c_str()); }
  void info(const std::string& text) const { logger_.log(ILogger::Severity::kINFO, text.c_str()); }
  void warning(const std::string& text) const { logger_.log(ILogger::Severity::kWARNING, text.c_str()); }
  void error(ErrorCode code, const std::string& text) const {
    if (recorder_ != nullptr) {
      recorder_->reportError(code, text.c_str());
    } else {
      logger_.log(ILogger::Severity::kERROR, text.c_str());
    }
  }

 private:
  ILogger& logger_;
  IErrorRecorder* recorder_ = nullptr;
};

}  // namespace calibrt::test
