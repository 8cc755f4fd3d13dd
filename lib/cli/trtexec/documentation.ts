import { groupTitles, trtexecFlags, type FlagGroup, type Treatment, type TrtexecFlag } from './flags/index.js';
import { usage } from './help.js';

/** The page docs/trtexec.md, from the table of flags. */
export function documentationPage(): string {
  const groups = (Object.keys(groupTitles) as FlagGroup[]).map((group) => {
    const entries = trtexecFlags.filter((flag) => flag.group === group).map(entry);
    return `## ${groupTitles[group]}\n\n${entries.join('\n')}`;
  });
  return `${introduction}\n${groups.join('\n\n')}\n`;
}

const libraries = { '10': 'TensorRT 10', '11': 'TensorRT 11', rtx: 'TensorRT-RTX' } as const;

function entry(flag: TrtexecFlag): string {
  const names = [flag.name, ...(flag.aliases ?? [])].map((name) => `\`${usage(name, flag)}\``).join(', ');
  const facts = [
    flag.default === undefined ? '' : `default: ${flag.default}`,
    flag.default11 === undefined ? '' : `from 11.0: ${flag.default11}`,
    flag.repeat ? 'repeatable' : '',
    flag.until === undefined ? '' : `until ${flag.until}`,
    flag.since === undefined ? '' : `from ${flag.since} on`,
  ].filter((fact) => fact !== '');
  const brackets = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  return [`- ${names}: ${flag.description}${brackets}.`, ...otherwise(flag).map((line) => `  ${line}`)].join('\n');
}

/** What is not simply carried out, libraries with the same answer together. */
function otherwise({ on }: TrtexecFlag): string[] {
  const answers = new Map<string, string[]>();
  for (const flavour of ['10', '11', 'rtx'] as const) {
    const answer = treatment(on[flavour]);
    if (answer !== undefined) answers.set(answer, [...(answers.get(answer) ?? []), libraries[flavour]]);
  }
  return [...answers].map(([answer, names]) => `_${names.length === 3 ? 'Everywhere' : names.join(', ')}: ${answer}._`);
}

function treatment(treatment: Treatment): string | undefined {
  switch (treatment.does) {
    case 'carried out':
      return undefined;
    case 'in the model':
      return `in the model: ${treatment.how}`;
    case 'nothing':
      return `no effect: ${treatment.why}`;
    case 'refused':
      return `refused: ${treatment.why}`;
  }
}

const introduction = `<!-- Made by scripts/docs/trtexec.mjs from lib/cli/trtexec/flags: edit those. -->

# calibrt trtexec

\`calibrt trtexec\` takes the place of NVIDIA's \`trtexec\` in scripts: the same flags by the same rules, the same log on stdout
(warnings and errors on stderr), the same \`&&&& RUNNING\`, \`&&&& PASSED\` and \`&&&& FAILED\` lines, exit codes 0 and 1, and the same
JSON exports. It runs on TensorRT 10, TensorRT 11 and TensorRT-RTX, with one set of flags for all of them.

\`\`\`
calibrt trtexec --onnx=model.onnx --saveEngine=model.plan --skipInference
calibrt trtexec --loadEngine=model.plan --shapes=input:8x3x224x224 --exportTimes=times.json
calibrt trtexec --onnx=model.onnx --int8 --data=photos/ --preset=imagenet --saveEngine=model.int8.plan
\`\`\`

## Rules of the command line

- \`--flag=value\` only, names in full and exactly as below, split at the first \`=\`. An argument that is no flag, and a flag given
  twice that may not repeat, is an unknown option: help, one line each, \`FAILED\`, exit 1.
- A switch is on whatever its value: \`--fp16=0\` switches FP16 on. calibrt warns of it.
- Numbers are read by their prefix: \`200ms\` is 200, \`1e3\` as a whole number 1.
- \`--help\` anywhere prints the help and exits 0. So does an empty command line, with a \`PASSED\` line.
- A flag that the library at hand lacks is carried out otherwise, or has no effect, or is refused; one line says which and why. Only a
  refused one ends the run. Below, what is not told otherwise is carried out by the library.

## Where calibrt differs

- **Calibration is real or refused.** trtexec calibrates on one batch of random values when \`--calib\` names no usable cache, and
  discards the result. \`calibrt trtexec --int8 --calib=FILE\` without a cache and without \`--data\` fails; with \`--data\` it calibrates on
  those samples and writes the cache. \`--int8\` alone keeps trtexec's placeholder ranges on TensorRT 10 (right for timing, meaningless
  for results; the log says \`Calibration: Dynamic\`), and is refused where ranges must be in the model, but
  with \`--placeholder-ranges\`.
- **JSON is always valid.** Names are escaped; NaN and infinities, which JSON has not, are written as \`null\`.
- **Profiling does not cost the timing.** Layers are profiled in a run of their own, so that the performance summary and
  \`--exportTimes\` are there as well.
- **Repeated flags keep their order.**
- Where no GPU is at hand, TensorRT-RTX builds ahead of time with \`--skipInference\`; everything else needs one and says so in one line.
  Reports that need an engine that is loaded, or run, are then left out: a warning names the flag, and the file that was not written.
- **An empty file name is refused** by its flag, where trtexec takes \`--saveEngine=\` (an unset variable) as not given.
- The number in \`[b0]\` of the \`&&&&\` lines is not the library's build number, which the library does not tell.
`;
