// Derives from TensorRT's headers what the double need not say by hand: `node derive.mjs HEADERS OUT.h`.
//
// - Refusing NAME, for each abstract class that the double implements: every method recorded as refused, and answered with
//   nothing (null, false, zero). The double's classes derive from these and override what they do; a header with more methods than
//   the double knows still compiles, and a call of one of them shows in the record.
// - nameOf(ENUM VALUE), so that the record holds names: the numbers differ between versions.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Interfaces by the header that declares them. */
const interfaces = {
  'NvInferImpl.h': [
    ...['VHostMemory', 'VTensor', 'VLayer', 'VNetworkDefinition', 'VOptimizationProfile', 'VTimingCache'],
    ...['VBuilderConfig', 'VBuilder', 'VRuntime', 'VCudaEngine', 'VExecutionContext', 'VEngineInspector'],
    ...['VRuntimeConfig', 'VSerializationConfig', 'VRefitter'],
  ],
  'NvInferRuntimeCommon.h': ['IPluginRegistry'],
  'NvOnnxParser.h': ['IParser', 'IParserRefitter'],
};

const enums = [
  ...['BuilderFlag', 'DataType', 'MemoryPoolType', 'ProfilingVerbosity', 'HardwareCompatibilityLevel', 'TacticSource'],
  ...['QuantizationFlag', 'NetworkDefinitionCreationFlag', 'DeviceType', 'PreviewFeature', 'LayerType'],
  ...['EngineCapability', 'ExecutionContextAllocationStrategy', 'OptProfileSelector', 'RuntimePlatform'],
  ...['TilingOptimizationLevel', 'TensorIOMode', 'LayerInformationFormat', 'ComputeCapability'],
];

const [folder, out] = process.argv.slice(2);
const texts = Object.fromEntries(
  [
    'NvInferImpl.h',
    'NvInfer.h',
    'NvInferRuntime.h',
    'NvInferRuntimeBase.h',
    'NvInferRuntimeCommon.h',
    'NvOnnxParser.h',
  ].map((name) => [name, withoutComments(readFileSync(path.join(folder, name), 'utf8'))]),
);

const classes = Object.entries(interfaces).flatMap(([header, names]) =>
  names.map((name) => refusing(name, header === 'NvOnnxParser.h' ? 'nvonnxparser' : 'nvinfer1', texts[header])),
);
const lines = [
  '// Derived by derive.mjs; not to be edited.',
  '#pragma once',
  '#include <NvInfer.h>',
  '#include <NvOnnxParser.h>',
  '#include "common/refusal.h"',
  '#pragma GCC diagnostic push',
  '#pragma GCC diagnostic ignored "-Wunused-parameter"',
  '#pragma GCC diagnostic ignored "-Wdeprecated-declarations"',
  'namespace calibrt::test {',
  'using namespace nvinfer1;',
  'using nvonnxparser::OnnxParserFlag;',
  'using nvonnxparser::OnnxParserFlags;',
  'using nvonnxparser::IParserError;',
  ...(texts['NvOnnxParser.h'].includes('IRefitterObserver') ? ['using nvonnxparser::IRefitterObserver;'] : []),
  ...classes,
  ...enums.map(nameOf),
  '}  // namespace calibrt::test',
  '#pragma GCC diagnostic pop',
  '',
];
writeFileSync(out, lines.filter((line) => line !== undefined).join('\n'));

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}

/** A class that overrides every pure method of `name`. */
function refusing(name, space, text) {
  const body = bodyOf(new RegExp(`class ${name}(?: *:[^{;]*)?\\s*\\{`), text);
  if (body === undefined) return undefined;
  const base = name.startsWith('V') ? `apiv::${name}` : `${space}::${name}`;
  const methods = body.split(/(?<=;)|(?<=^#.*$)/m).map((statement) => {
    const line = statement.trim();
    // Which methods a header has may depend on its own macros.
    if (/^#/.test(line)) return line;
    const directives = [...line.matchAll(/^#.*$/gm)].map(([each]) => each);
    const declaration = line
      .replace(/^#.*$/gm, '')
      .replace(/\s+/g, ' ')
      .replace(/^(public|protected|private) ?: ?/, '');
    return [...directives, override(declaration.trim(), name)].filter(Boolean).join('\n');
  });
  return [`class Refusing${name.slice(1)} : public ${base} {`, ' public:', ...methods.filter(Boolean), '};'].join('\n');
}

function override(declaration, owner) {
  const match = /^(?:TRT_\w+ )*virtual (.+?[ *&])(\w+) ?\((.*)\) ?(const)? ?(noexcept)? ?= ?0 ?;$/.exec(declaration);
  if (match === null) return undefined;
  const [, type, name, parameters, constant = '', noexcept = ''] = match;
  const result = type.trim();
  return `  ${result} ${name}(${parameters.replace(/ = [^,)]+/g, '')}) ${constant} ${noexcept} override { return refused<${result}>("${owner}::${name}"); }`;
}

function nameOf(name) {
  const text = Object.values(texts).find((each) => new RegExp(`enum class ${name}[^{;]*\\{`).test(each));
  if (text === undefined) return undefined;
  const body = bodyOf(new RegExp(`enum class ${name}[^{;]*\\{`), text);
  const values = body.split(',').flatMap((each) => /^\s*(k\w+)/.exec(each)?.[1] ?? []);
  const cases = values.map((value) => `  if (value == ${name}::${value}) return "${value}";`);
  return [`inline char const* nameOf(${name} value) {`, ...cases, '  return "unknown";', '}'].join('\n');
}

/** What stands between the brace that `start` ends with and its partner. */
function bodyOf(start, text) {
  const match = start.exec(text);
  if (match === null) return undefined;
  let depth = 1;
  let end = match.index + match[0].length;
  const begin = end;
  for (; depth > 0 && end < text.length; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
  return text.slice(begin, end - 1);
}
