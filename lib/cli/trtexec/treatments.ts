import type { TensorRtFlavour } from '../../native.js';
import type { TrtexecArguments } from './arguments.js';

/** What the flags that were given come to on one library, where it is not what they say. */
export interface TreatmentNotes {
  /** One sentence each, of flags that are done otherwise. */
  readonly model: readonly string[];
  /** Of flags that change nothing. */
  readonly nothing: readonly string[];
  /** Of flags that end the run. */
  readonly refused: readonly string[];
}

/** Looks up in the table what becomes of every flag that was given. */
export function treatmentNotes(args: TrtexecArguments, flavour: TensorRtFlavour, library: string): TreatmentNotes {
  const notes = { model: [] as string[], nothing: [] as string[], refused: [] as string[] };
  for (const { flag } of args.given) {
    const treatment = flag.on[flavour];
    if (treatment.does === 'in the model') notes.model.push(`${flag.name} on ${library}: ${treatment.how}`);
    else if (treatment.does === 'nothing')
      notes.nothing.push(`${flag.name} has no effect on ${library}: ${treatment.why}`);
    else if (treatment.does === 'refused')
      notes.refused.push(`${flag.name} is refused on ${library}: ${treatment.why}`);
  }
  for (const { name, value } of args.ignoredValues) {
    notes.nothing.push(`${name}=${value}: ${name} is a switch; it is on, and "${value}" is ignored, as in trtexec`);
  }
  if (args.text('--sparsity') === 'force') {
    notes.nothing.push('--sparsity=force: as enable, for calibrt makes no weights zero');
  }
  notes.refused.push(...refusedTogether(args, library));
  return notes;
}

/** Values and pairs of flags that are refused, though the flags themselves are not. */
function refusedTogether(args: TrtexecArguments, library: string): string[] {
  const refused: string[] = [];
  const runtime = args.text('--useRuntime');
  if (!['', 'full'].includes(runtime)) {
    refused.push(`--useRuntime=${runtime} is refused on ${library}: calibrt opens the full library only`);
  }
  if (args.has('--skipInference')) return refused;
  for (const flag of ['--dynamicPlugins', '--useDLACore'].filter((name) => args.has(name))) {
    refused.push(
      `${flag} is refused on ${library} where an engine is run: calibrt builds such engines, with --skipInference`,
    );
  }
  return refused;
}
