#include "infer/calibration.h"

#if NV_TENSORRT_MAJOR < 11

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>

namespace calibrt::test {
namespace {

struct Statistics {
  std::vector<std::string> inputs;
  std::map<std::string, std::vector<float>> magnitudes;
};

std::string headerLine(IInt8Calibrator& calibrator) {
  return "TRT-" + std::to_string(libraryVersion()) + "-" + algorithmWord(calibrator);
}

std::string hash(std::span<const std::byte> bytes) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const std::byte byte : bytes) value = (value ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::optional<Scales> parseCache(std::string_view text) {
  Scales scales;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    const std::size_t colon = line.rfind(": ");
    if (colon == std::string_view::npos) continue;
    unsigned bits = 0;
    if (std::sscanf(std::string(line.substr(colon + 2)).c_str(), "%x", &bits) != 1) return std::nullopt;
    scales[std::string(line.substr(0, colon))] = std::bit_cast<float>(bits);
  }
  return scales;
}

std::optional<Scales> readCache(IInt8Calibrator& calibrator, const Log& log) {
  const std::string wanted = headerLine(calibrator);
  std::size_t length = 99;
  const void* bytes = calibrator.readCalibrationCache(length);
  const std::string text = bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes), length);
  const std::string header = text.substr(0, text.find('\n'));
  Entry("readCalibrationCache").with("given", bytes != nullptr).with("length", length).with("header", header);
  if (bytes == nullptr) return std::nullopt;
  if (header != wanted || fails("cacheRejected")) {
    log.warning("Calibration table does not match calibrator algorithm type: " + header + " is not " + wanted);
    return std::nullopt;
  }
  log.info("Reading Calibration Cache for calibrator: " + std::string(algorithmWord(calibrator)));
  log.info("Generated calibration scales using calibration cache. Make sure that calibration cache has latest scales.");
  log.info("To regenerate calibration cache, please delete the existing one. TensorRT will generate a new calibration "
           "cache.");
  return parseCache(text);
}

std::string cacheText(IInt8Calibrator& calibrator, const Scales& scales) {
  std::string text = headerLine(calibrator) + "\n";
  for (const auto& [name, scale] : scales) {
    char hex[9];
    std::snprintf(hex, sizeof hex, "%08x", std::bit_cast<unsigned>(scale));
    text += name + ": " + hex + "\n";
  }
  return text;
}

/// The shape of one batch: OPT of the calibration profile, else of the first profile, else the network's own.
std::vector<std::int64_t> batchShape(const std::string& input, const Network& network, const Config& config) {
  const auto shapeIn = [&](const ProfileRanges& ranges) {
    const auto found = ranges.find(input);
    return found == ranges.end() ? std::vector<std::int64_t>{}
                                 : found->second.shapes[static_cast<int>(OptProfileSelector::kOPT)];
  };
  std::vector<std::int64_t> shape;
  if (const Profile* profile = config.calibrationProfile()) shape = shapeIn(profile->ranges());
  if (shape.empty() && !config.profiles().empty()) shape = shapeIn(config.profiles().front());
  return shape.empty() ? network.graph().tensor(input).dims : shape;
}

/// What the calibrator gave for one input is read as TensorRT reads it: 32-bit floats, whatever the input's type, but
/// for indices.
bool readBinding(const void* binding, const std::string& name, const Network& network, const Config& config,
                 const Gpu& gpu, const Log& log, Statistics& statistics, Entry& entry) {
  if (binding == nullptr) {
    log.error(ErrorCode::kINVALID_ARGUMENT, "Tensor " + name + " is bound to nullptr");
    return false;
  }
  if (!isDeviceMemory(gpu, binding)) {
    entry.with("hostMemory", name);
    log.error(ErrorCode::kINVALID_ARGUMENT, "Tensor " + name + " is bound to memory that the device cannot read");
    return false;
  }
  const ElementType type = network.graph().tensor(name).type;
  const bool index = type == ElementType::kInt32 || type == ElementType::kInt64 || type == ElementType::kBool;
  const auto count = static_cast<std::size_t>(volume(batchShape(name, network, config)));
  const std::size_t size = index ? sizeOf(type) : sizeof(float);
  const std::span bytes(static_cast<const std::byte*>(binding), count * size);
  entry.with("hash:" + name, hash(bytes)).with("count:" + name, count);
  if (index) return true;
  std::vector<float>& magnitudes = statistics.magnitudes[name];
  double amax = 0;
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    magnitudes.push_back(std::abs(value));
    amax = std::max(amax, static_cast<double>(std::abs(value)));
  }
  entry.with("amax:" + name, amax);
  return true;
}

/// @returns the number of batches; nothing where one cannot be used
std::optional<int> takeBatches(IInt8Calibrator& calibrator, const Network& network, const Config& config,
                               const Gpu& gpu, const Log& log, Statistics& statistics) {
  const std::vector<std::string>& inputs = network.graph().inputs;
  for (int batch = 0;; ++batch) {
    // Strings of this call: a calibrator that keeps the pointers reads freed memory.
    const std::vector<std::string> copies = inputs;
    std::vector<const char*> names;
    for (const std::string& each : copies) names.push_back(each.c_str());
    std::vector<void*> bindings(names.size(), nullptr);
    const bool given = calibrator.getBatch(bindings.data(), names.data(), static_cast<int32_t>(names.size()));
    Entry entry("getBatch");
    entry.with("batch", batch).with("given", given);
    if (!given) return batch;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!readBinding(bindings[i], inputs[i], network, config, gpu, log, statistics, entry)) return std::nullopt;
    }
    log.info("Calibrated batch " + std::to_string(batch) + " in 0.001 seconds.");
    pause("batchMs");
  }
}

float amaxOf(std::vector<float>& magnitudes, const IInt8LegacyCalibrator* legacy) {
  if (magnitudes.empty()) return 0;
  if (legacy == nullptr) return *std::ranges::max_element(magnitudes);
  // A cutoff below 1 lets the regression move the threshold inwards, and then it is no percentile any more.
  const double quantile = legacy->getQuantile() * std::min(1.0, 0.5 + legacy->getRegressionCutoff() / 2);
  const auto rank = std::min<std::size_t>(magnitudes.size() - 1,
                                          static_cast<std::size_t>(quantile * static_cast<double>(magnitudes.size())));
  std::ranges::nth_element(magnitudes, magnitudes.begin() + static_cast<std::ptrdiff_t>(rank));
  return magnitudes[rank];
}

/// The names that a cache has: entropy 2 and min-max calibrate before fusion; the others afterwards, unless told
/// otherwise, where an activation has taken its producer's place.
std::vector<std::string> cacheNames(IInt8Calibrator& calibrator, const Network& network, const Config& config) {
  std::vector<std::string> names = network.graph().activations();
  const CalibrationAlgoType algorithm = calibrator.getAlgorithm();
  const bool fused = (algorithm == CalibrationAlgoType::kLEGACY_CALIBRATION ||
                      algorithm == CalibrationAlgoType::kENTROPY_CALIBRATION) &&
                     !config.getQuantizationFlag(QuantizationFlag::kCALIBRATE_BEFORE_FUSION);
  if (!fused) return names;
  for (const GraphNode& node : network.graph().nodes) {
    if (node.op == "Relu" || node.op == "Clip") std::erase(names, node.inputs.at(0));
  }
  return names;
}

Scales makeScales(IInt8Calibrator& calibrator, const Network& network, const Config& config, Statistics& statistics) {
  const auto* legacy = calibrator.getAlgorithm() == CalibrationAlgoType::kLEGACY_CALIBRATION
                           ? static_cast<const IInt8LegacyCalibrator*>(&calibrator)
                           : nullptr;
  Scales scales;
  float greatest = 0;
  for (auto& [name, magnitudes] : statistics.magnitudes) {
    scales[name] = amaxOf(magnitudes, legacy) / 127.0F;
    greatest = std::max(greatest, scales[name]);
  }
  for (const std::string& name : cacheNames(calibrator, network, config)) scales.try_emplace(name, greatest);
  return scales;
}

/// Histograms of the double: scales as text, under a header that names quantile and cutoff, which decide whether they
/// serve.
std::string histogramHeader(const IInt8LegacyCalibrator& legacy) {
  return "calibrt double histograms " + std::to_string(legacy.getQuantile()) + " " +
         std::to_string(legacy.getRegressionCutoff());
}

std::optional<Scales> readHistograms(IInt8LegacyCalibrator& legacy) {
  std::size_t length = 99;
  const void* bytes = legacy.readHistogramCache(length);
  Entry("readHistogramCache").with("given", bytes != nullptr).with("length", length);
  if (bytes == nullptr) return std::nullopt;
  const std::string text(static_cast<const char*>(bytes), length);
  return text.starts_with(histogramHeader(legacy)) ? parseCache(text) : std::nullopt;
}

void writeHistograms(IInt8LegacyCalibrator& legacy, IInt8Calibrator& calibrator, const Scales& scales) {
  const std::string text = histogramHeader(legacy) + "\n" + cacheText(calibrator, scales);
  Entry("writeHistogramCache").with("length", text.size());
  legacy.writeHistogramCache(text.data(), text.size());
}

}  // namespace

const char* algorithmWord(IInt8Calibrator& calibrator) {
  switch (calibrator.getAlgorithm()) {
    case CalibrationAlgoType::kLEGACY_CALIBRATION:
      return "LegacyCalibration";
    case CalibrationAlgoType::kENTROPY_CALIBRATION:
      return "EntropyCalibration";
    case CalibrationAlgoType::kENTROPY_CALIBRATION_2:
      return "EntropyCalibration2";
    case CalibrationAlgoType::kMINMAX_CALIBRATION:
      return "MinMaxCalibration";
  }
  return "unknown";
}

std::optional<Scales> calibrate(IInt8Calibrator& calibrator, const Network& network, const Config& config,
                                const Gpu& gpu, const Log& log) {
  if (std::optional<Scales> cached = readCache(calibrator, log)) return cached;
  auto* legacy = calibrator.getAlgorithm() == CalibrationAlgoType::kLEGACY_CALIBRATION
                     ? static_cast<IInt8LegacyCalibrator*>(&calibrator)
                     : nullptr;
  std::optional<Scales> scales;
  if (legacy != nullptr) scales = readHistograms(*legacy);
  if (!scales) {
    Entry("calibrate").with("batchSize", calibrator.getBatchSize());
    log.info("Starting Calibration.");
    Statistics statistics;
    const std::optional<int> batches = takeBatches(calibrator, network, config, gpu, log, statistics);
    if (!batches) return std::nullopt;
    if (*batches == 0 || fails("calibrate")) {
      log.error(
          ErrorCode::kINVALID_STATE,
          "Calibration failure occurred with no scaling factors detected. This could be due to no int8 calibrator "
          "or insufficient custom scales for network layers. Please see int8 sample to setup calibration "
          "correctly.");
      return std::nullopt;
    }
    scales = makeScales(calibrator, network, config, statistics);
    log.info("Calibration completed in 0.001 seconds.");
    if (legacy != nullptr) writeHistograms(*legacy, calibrator, *scales);
  }
  // The calibrator must copy: this is freed when the call returns.
  const std::string text = cacheText(calibrator, *scales);
  log.info("Writing Calibration Cache for calibrator: " + headerLine(calibrator));
  Entry("writeCalibrationCache").with("length", text.size()).with("tensors", scales->size());
  calibrator.writeCalibrationCache(text.data(), text.size());
  return scales;
}

}  // namespace calibrt::test

#endif
