#pragma once

#include <memory>
#include <variant>

#include "tensorrt/engine.h"
#include "tensorrt/entry_points.h"

namespace calibrt::tensorrt {

/// Deserializes a plan on the calling thread.
std::variant<std::shared_ptr<Engine>, Failure> loadEngine(const EntryPoints& library, const LoadRequest& request,
                                                          std::shared_ptr<RunObserver> observer) noexcept;

}  // namespace calibrt::tensorrt
