#include "tensorrt/calibration_feeder.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace calibrt::tensorrt {

CalibrationFeeder::CalibrationFeeder(const CalibrationRequest& request, std::vector<CalibrationInput> inputs,
                                     BatchSource& source, LogSink& log)
    : request_(request), inputs_(std::move(inputs)), source_(source), log_(log), buffers_(inputs_.size()) {}

std::int32_t CalibrationFeeder::batchSize() const noexcept {
  if (inputs_.empty() || inputs_.front().dims.empty()) return 1;
  return static_cast<std::int32_t>(inputs_.front().dims.front());
}

bool CalibrationFeeder::getBatch(void* bindings[], const char* const names[], std::int32_t count) noexcept {
  if (failed_) return false;
  try {
    return next(bindings, names, count);
  } catch (const Failed& failed) {
    fail(failed.failure());
  } catch (const std::exception& error) {
    fail({FailureKind::kInternal, error.what(), {}});
  } catch (...) {
    fail({FailureKind::kInternal, "unknown exception", {}});
  }
  return false;
}

bool CalibrationFeeder::next(void* bindings[], const char* const names[], std::int32_t count) {
  if (!opened_) open();
  // Of device memory there is one set, so the batch before must be done with: TensorRT asks for one when it is.
  const CalibrationBatch batch = source_.next();
  if (batch.empty()) return false;
  upload(batch);
  for (std::int32_t i = 0; i < count; ++i) bindings[i] = buffers_[inputOf(names[i])].pointer();
  return true;
}

void CalibrationFeeder::open() {
  if (!request_.hasBatches) {
    throw Failed(FailureKind::kCalibration, cacheServed_
                                                ? "it does not take the calibration cache, and there are no batches"
                                                : "there is no calibration cache for this network, and no batches");
  }
  if (cacheServed_) log_.message(Severity::kWarning, "TensorRT does not take the calibration cache: calibrating anew");
  stream_ = makeStream();
  for (std::size_t i = 0; i < inputs_.size(); ++i) buffers_[i].ensure(inputs_[i].bytes);
  source_.open(inputs_);
  opened_ = true;
}

void CalibrationFeeder::upload(const CalibrationBatch& batch) {
  const CudaApi& cuda = CudaApi::get();
  if (batch.size() != inputs_.size()) throw Failed(FailureKind::kInternal, "a calibration batch lacks an input");
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    cuda.check(cuda.memcpyHtoDAsync(buffers_[i].address(), batch[i].data(), inputs_[i].bytes, stream_.get()),
               "copying a calibration batch to the GPU");
  }
  // TensorRT reads on streams of its own, and the blocks go back to their pool.
  cuda.check(cuda.streamSynchronize(stream_.get()), "copying a calibration batch to the GPU");
}

std::size_t CalibrationFeeder::inputOf(const char* name) const {
  const auto input = std::ranges::find_if(inputs_, [&](const auto& each) { return each.name == name; });
  if (input != inputs_.end()) return static_cast<std::size_t>(input - inputs_.begin());
  throw Failed(FailureKind::kInternal, std::string("TensorRT asks for an input '") + name + "', which there is not");
}

std::span<const std::uint8_t> CalibrationFeeder::cache() noexcept {
  if (request_.cache.empty()) return {};
  if (!isForThisNetwork()) {
    log_.message(Severity::kWarning, "the calibration cache is of another network: it names none of the inputs");
    return {};
  }
  cacheServed_ = true;
  return request_.cache;
}

/// Whether it has a scale for any of the float inputs: one without would be taken, and leave most layers without INT8.
bool CalibrationFeeder::isForThisNetwork() const {
  const std::string_view text(reinterpret_cast<const char*>(request_.cache.data()), request_.cache.size());
  bool any = false;
  for (const CalibrationInput& input : inputs_) {
    if (input.dtype != "float32") continue;
    if (text.find("\n" + input.name + ": ") != std::string_view::npos) return true;
    any = true;
  }
  return !any;
}

void CalibrationFeeder::write(CalibrationFile file, const void* data, std::size_t length) noexcept {
  // Also called after a cache was taken; and for a calibration that failed half-way, whose scales are worth nothing.
  if (failed_ || !opened_ || data == nullptr || length == 0) return;
  source_.calibrated(file, {static_cast<const std::uint8_t*>(data), length});
}

void CalibrationFeeder::fail(Failure failure) noexcept {
  failure_ = std::move(failure);
  failed_ = true;
}

}  // namespace calibrt::tensorrt
