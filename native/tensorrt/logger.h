#pragma once

#include <string_view>

#include "tensorrt/build_observer.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Receives messages; of any thread.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void message(Severity severity, std::string_view text) noexcept = 0;
};

/// The one logger that TensorRT ever sees. The library keeps the first logger it is given for as long as any builder
/// lives and ignores those of builders made meanwhile, so a logger per build would mix up the messages of builds that
/// overlap and could be called after its build is gone. This one lives for ever and gives each message to the build
/// whose thread it comes from.
class Logger final : public nvinfer1::ILogger {
 public:
  static Logger& instance();
  void log(nvinfer1::ILogger::Severity severity, const char* text) noexcept override;

 private:
  Logger() = default;
};

/// While it lives, this thread's messages go to a sink; those of threads of TensorRT's own go to every sink.
class LogScope {
 public:
  explicit LogScope(LogSink& sink);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  LogSink* outer_;
  LogSink* sink_;
};

}  // namespace calibrt::tensorrt
