#pragma once

#include "tensorrt/build_request.h"
#include "tensorrt/capability.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// A profile with these ranges, owned by the builder.
///
/// @throws Failed kProfile naming the input: a dynamic input without a range, a range for an input that is not there,
/// one of another rank, one that changes a fixed dimension, and min <= opt <= max not holding
nvinfer1::IOptimizationProfile* makeProfile(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                                            const Profile& profile, const Capability& capability);

/// Adds the request's optimization profiles.
///
/// @throws Failed kProfile as makeProfile() does
void addProfiles(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                 nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability);

}  // namespace calibrt::tensorrt
