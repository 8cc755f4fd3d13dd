#include <stdexcept>

#include "addon/addon_data.h"
#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/register.h"
#include "addon/statistics.h"
#include "core/instruction_set.h"

namespace calibrt {
namespace {

Napi::Value currentInstructionSet(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), std::string(instructionSet()));
}

void forceInstructionSet(const Napi::CallbackInfo& info) {
  constexpr std::string_view kWhere = "useInstructionSet: name";
  try {
    useInstructionSet(stringArgument(info[0], kWhere));
  } catch (const std::invalid_argument& error) {
    refuse(info.Env(), kWhere, error.what());
  }
}

}  // namespace

void registerCore(Napi::Env env, Napi::Object exports) {
  const Napi::Function statistics = Statistics::define(env);
  env.GetInstanceData<AddonData>()->statistics = Napi::Persistent(statistics);
  exports.Set("Statistics", statistics);
  // Read at every access: a test may change it.
  exports.DefineProperty(Napi::PropertyDescriptor::Accessor<currentInstructionSet>("instructionSet", napi_enumerable));
  exports.Set("useInstructionSet", Napi::Function::New<forceInstructionSet>(env, "useInstructionSet"));
  exports.Set("accumulateAll", Napi::Function::New<js::accumulateAll>(env, "accumulateAll"));
  exports.Set("searchThresholds", Napi::Function::New<js::searchThresholds>(env, "searchThresholds"));
  exports.Set("searchAsymmetricRanges", Napi::Function::New<js::searchAsymmetricRanges>(env, "searchAsymmetricRanges"));
  exports.Set("searchEntropy", Napi::Function::New<js::searchEntropy>(env, "searchEntropy"));
  exports.Set("searchKld", Napi::Function::New<js::searchKld>(env, "searchKld"));
  exports.Set("quantizeWeights", Napi::Function::New<js::quantizeWeights>(env, "quantizeWeights"));
  exports.Set("quantizeLinear", Napi::Function::New<js::quantizeLinear>(env, "quantizeLinear"));
  exports.Set("dequantizeLinear", Napi::Function::New<js::dequantizeLinear>(env, "dequantizeLinear"));
  exports.Set("fakeQuantize", Napi::Function::New<js::fakeQuantize>(env, "fakeQuantize"));
  exports.Set("powerOfTwoScales", Napi::Function::New<js::powerOfTwoScales>(env, "powerOfTwoScales"));
  exports.Set("quantizationError", Napi::Function::New<js::quantizationError>(env, "quantizationError"));
}

}  // namespace calibrt
