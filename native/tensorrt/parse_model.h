#pragma once

#include <optional>

#include "tensorrt/build_request.h"
#include "tensorrt/failure.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Parses the request's model into the network that `parser` was made for. Every error that the parser found is in the
/// failure's details, one line each: code, node, description, place in the parser's source.
std::optional<Failure> parseModel(nvonnxparser::IParser& parser, const BuildRequest& request);

}  // namespace calibrt::tensorrt
