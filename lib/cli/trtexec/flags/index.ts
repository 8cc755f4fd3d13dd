/** Every flag of `calibrt trtexec`, in the order of help. */
import { buildFlags } from './build.js';
import { calibrtFlags } from './calibrt.js';
import { dlaFlags } from './dla.js';
import type { FlagGroup, TrtexecFlag } from './flag.js';
import { inferenceFlags } from './inference.js';
import { modelFlags } from './model.js';
import { precisionFlags } from './precision.js';
import { reportingFlags, systemFlags } from './reporting.js';
import { tuningFlags } from './tuning.js';

export type { FlagForm, FlagGroup, Treatment, Treatments, TrtexecFlag } from './flag.js';

/** The flags, each once. */
export const trtexecFlags: readonly TrtexecFlag[] = [
  ...modelFlags,
  ...precisionFlags,
  ...buildFlags,
  ...inferenceFlags,
  ...reportingFlags,
  ...systemFlags,
  ...dlaFlags,
  ...tuningFlags,
  ...calibrtFlags,
];

/** Headings, in the order of help. */
export const groupTitles: Readonly<Record<FlagGroup, string>> = {
  model: 'Model Options',
  build: 'Build Options',
  precision: 'Precision Options',
  inference: 'Inference Options',
  reporting: 'Reporting Options',
  system: 'System Options',
  dla: 'DLA and Safety Options',
  tuning: 'Accuracy and Tuning Options of 11.1',
  calibrt: 'Options of calibrt',
};

const byName = new Map(
  trtexecFlags.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])].map((name) => [name, flag])),
);

/** The flag of this name or alias. */
export function findFlag(name: string): TrtexecFlag | undefined {
  return byName.get(name);
}
