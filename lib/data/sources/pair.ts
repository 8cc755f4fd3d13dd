import { CalibrtError } from '../../errors.js';
import { hashParts } from '../hash.js';
import type { Preprocess } from '../images/preprocess.js';
import type { ModelInput } from '../spec.js';
import type { NamedTensors } from '../tensor.js';
import type { SampleSource } from './source.js';

/** Sources put side by side: each sample feeds every input of the network. */
export interface PairedSource extends SampleSource {
  readonly preprocess: Readonly<Record<string, Preprocess>>;
}

/**
 * Puts the sources of a network's inputs side by side. Files pair by name (path below their folder, without suffix), whatever order
 * they were listed in; rows of an array pair by place.
 *
 * @throws CalibrtError `ERR_DATA_FORMAT` where an input has no source or two, or samples do not pair.
 */
export function pairSources(sources: readonly SampleSource[], inputs: readonly ModelInput[]): PairedSource {
  checkCoverage(sources, inputs);
  const first = sources[0]!;
  const places = sources.map((source) => placesIn(source, first));
  const labelled = sources.find(({ labels }) => labels !== undefined);
  const order = labelled && places[sources.indexOf(labelled)]!;
  return {
    kind: sources.map(({ kind }) => kind).join(' + '),
    inputs: inputs.map(({ name }) => name),
    preprocess: Object.assign({}, ...sources.map(({ preprocess }) => preprocess)) as PairedSource['preprocess'],
    names: first.names,
    ...(first.keys && { keys: first.keys }),
    ...(labelled && { labels: order!.map((place) => labelled.labels![place]!) }),
    ...(labelled?.classNames && { classNames: labelled.classNames }),
    async read(index, signal) {
      const parts = await Promise.all(sources.map((source, at) => source.read(places[at]![index]!, signal)));
      return Object.assign({}, ...parts) as NamedTensors;
    },
    async digest(index, signal) {
      const parts = await Promise.all(sources.map((source, at) => source.digest(places[at]![index]!, signal)));
      return hashParts(sources.map((source, at) => [source.inputs.join(), parts[at]!]));
    },
  };
}

function checkCoverage(sources: readonly SampleSource[], inputs: readonly ModelInput[]): void {
  for (const { name } of inputs) {
    const feeding = sources.filter((source) => source.inputs.includes(name));
    if (feeding.length === 1) continue;
    const problem = feeding.length === 0 ? 'gets no data' : 'gets data from several places';
    throw new CalibrtError('ERR_DATA_FORMAT', `input ${name} ${problem}: give --data ${name}=PATH once`);
  }
}

/** Where in `source` the partner of each of `first`'s samples is. */
function placesIn(source: SampleSource, first: SampleSource): readonly number[] {
  const { names, keys } = source;
  if (names.length !== first.names.length) {
    throw new CalibrtError(
      'ERR_DATA_FORMAT',
      `the inputs have different numbers of samples: ${first.names.length} for ${first.inputs.join(', ')}, ` +
        `${names.length} for ${source.inputs.join(', ')}`,
    );
  }
  if (keys === undefined || first.keys === undefined) return names.map((_, index) => index);
  const places = new Map(keys.map((key, index) => [key, index]));
  return first.keys.map((key, index) => {
    const place = places.get(key);
    if (place !== undefined) return place;
    throw new CalibrtError(
      'ERR_DATA_FORMAT',
      `${first.names[index]} has no partner among the samples of ${source.inputs.join(', ')}: ` +
        `give the files of a sample the same name, or pair them in a list file`,
    );
  });
}
