#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <napi.h>

#include "core/histogram.h"

namespace calibrt {

/// The class `Statistics` of lib/native.ts: a histogram that JavaScript owns.
///
/// Searches read histograms off the JavaScript thread while that thread may add to them, so a histogram is copied on
/// write while anyone else holds it. Holders are taken and dropped on the JavaScript thread alone.
class Statistics final : public Napi::ObjectWrap<Statistics> {
 public:
  static Napi::Function define(Napi::Env env);

  /// @throws Napi::TypeError where `value` is no instance.
  static Statistics& from(Napi::Value value, std::string_view where);
  static std::vector<Statistics*> fromArray(Napi::Value value, std::string_view where);

  explicit Statistics(const Napi::CallbackInfo& info);
  ~Statistics() override;
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;
  Statistics(Statistics&&) = delete;
  Statistics& operator=(Statistics&&) = delete;

  /// The histogram as it is now; later changes are made to a copy while this is held.
  [[nodiscard]] std::shared_ptr<const Histogram> snapshot() const { return histogram_; }

  /// The histogram, to be changed; reportMemory() is due afterwards.
  [[nodiscard]] Histogram& forWriting();

  /// Tells the garbage collector what this object really holds.
  void reportMemory();

 private:
  static Napi::Value deserialize(const Napi::CallbackInfo& info);
  void accumulate(const Napi::CallbackInfo& info);
  void merge(const Napi::CallbackInfo& info);
  Napi::Value serialize(const Napi::CallbackInfo& info);
  Napi::Value summary(const Napi::CallbackInfo& info);
  Napi::Value counts(const Napi::CallbackInfo& info);
  Napi::Value rebin(const Napi::CallbackInfo& info);

  std::shared_ptr<Histogram> histogram_ = std::make_shared<Histogram>();
  std::int64_t reportedMemory_ = 0;
};

}  // namespace calibrt
