import type { TensorRtFlavour } from '../../../native.js';

/** How a flag is written: `--flag`, or `--flag=` with a whole number, a number or a text. */
export type FlagForm = 'switch' | 'integer' | 'number' | 'text';

/** The headings that help and the documentation have. */
export type FlagGroup =
  'model' | 'build' | 'precision' | 'dla' | 'inference' | 'reporting' | 'system' | 'tuning' | 'calibrt';

/** What becomes of a flag on one backend. Only `refused` ends the run. */
export type Treatment =
  | { readonly does: 'carried out' }
  | { readonly does: 'in the model'; readonly how: string }
  | { readonly does: 'nothing'; readonly why: string }
  | { readonly does: 'refused'; readonly why: string };

/** What becomes of a flag on TensorRT 10, TensorRT 11 and TensorRT-RTX. */
export type Treatments = Readonly<Record<TensorRtFlavour, Treatment>>;

/** One of trtexec's flags: parsing, help, documentation and tests come from this. */
export interface TrtexecFlag {
  /** As it is written: `--onnx`. */
  readonly name: string;
  /** Other names for the same; only one may be given. */
  readonly aliases?: readonly string[];
  readonly form: FlagForm;
  /** How the value is called in help: `FILE`. Absent for switches. */
  readonly value?: string;
  /** What holds without it, as text; of a number that a run uses, the number. */
  readonly default?: string;
  /** What holds without it on TensorRT 11 and TensorRT-RTX, where that differs. */
  readonly default11?: string;
  /** May be given several times. */
  readonly repeat?: boolean;
  readonly group: FlagGroup;
  /** First version of trtexec that has it, where TensorRT 10 has not. */
  readonly since?: '11.0' | '11.1';
  /** Last version of trtexec that has it, where TensorRT 11 has not. */
  readonly until?: '10.16';
  readonly description: string;
  readonly on: Treatments;
}

/** The library does it. */
export const carriedOut: Treatment = { does: 'carried out' };

/** calibrt does it to the ONNX model, before the library sees it. */
export function inTheModel(how: string): Treatment {
  return { does: 'in the model', how };
}

/** Accepted; changes nothing, which is said. */
export function nothing(why: string): Treatment {
  return { does: 'nothing', why };
}

/** Ends the run. */
export function refused(why: string): Treatment {
  return { does: 'refused', why };
}

/** The same on every backend. */
export function everywhere(treatment: Treatment): Treatments {
  return { '10': treatment, '11': treatment, rtx: treatment };
}

/** One thing on TensorRT 10, another on 11, which TensorRT-RTX follows unless told otherwise. */
export function split(ten: Treatment, eleven: Treatment, rtx: Treatment = eleven): Treatments {
  return { '10': ten, '11': eleven, rtx };
}

/** Carried out by TensorRT, refused on TensorRT-RTX. */
export function exceptRtx(why: string): Treatments {
  return split(carriedOut, carriedOut, refused(why));
}
