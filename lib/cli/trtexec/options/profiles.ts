import type { GivenArgument, TrtexecArguments } from '../arguments.js';
import { parseSize } from '../numbers.js';
import { ArgumentProblem } from '../problems.js';
import { parseShapes } from './specs.js';

/** Least, expected and greatest shape of one input; of a shape tensor, its values. */
export interface ShapeSpec {
  readonly min: readonly number[];
  readonly opt: readonly number[];
  readonly max: readonly number[];
}

/** Shapes by input name, which may hold one `*`. */
export type ShapeProfile = ReadonlyMap<string, ShapeSpec>;

type End = keyof ShapeSpec;
const ends: readonly End[] = ['min', 'opt', 'max'];
const flagOf = (end: End): string => `--${end}Shapes`;

const looseShapes = 'Multiple --minShapes/--optShapes/--maxShapes without --profile are not allowed. ';

/** Where a shape that was not given comes from: the first of these that was. */
const sources: Readonly<Record<End, readonly End[]>> = {
  min: ['min', 'opt', 'max'],
  opt: ['opt', 'max', 'min'],
  max: ['max', 'opt', 'min'],
};

/**
 * The optimization profiles: one of the loose shape flags, or those that `--profile=N` opens, whose flags follow it directly.
 *
 * @param warn - Told of shapes that stand in for others.
 * @throws ArgumentProblem where indices repeat or leave a gap, or shape flags stand loose beside `--profile`.
 */
export function readProfiles(args: TrtexecArguments, warn: (text: string) => void): ShapeProfile[] {
  const loose = new Map(ends.map((end) => [end, [...args.all(flagOf(end))]]));
  const openings = args.all('--profile');
  if (openings.length === 0) {
    if ([...loose.values()].some((uses) => uses.length > 1)) throw new ArgumentProblem(looseShapes);
    const given = new Map([...loose].flatMap(([end, uses]) => (uses[0] ? [[end, uses[0].value] as const] : [])));
    return [fillProfile(given, warn)];
  }
  const profiles: ShapeProfile[] = [];
  for (const opening of openings) {
    const index = Math.trunc(parseSize('--profile', opening.value, 'B'));
    const profile = fillProfile(takeFollowing(opening, loose), warn);
    if ((profiles[index]?.size ?? 0) > 0) throw new ArgumentProblem('Optimization profile index cannot be the same.');
    profiles[index] = profile;
  }
  for (let index = 0; index < profiles.length; ++index) {
    if ((profiles[index]?.size ?? 0) > 0) continue;
    throw new ArgumentProblem(`Found invalid or missing shape spec at profile index ${index}. `);
  }
  if ([...loose.values()].some((uses) => uses.length > 0)) throw new ArgumentProblem(looseShapes);
  return profiles;
}

/** Takes the shape flags in the argv slots right after `opening`, each at most once. */
function takeFollowing(opening: GivenArgument, loose: Map<End, GivenArgument[]>): Map<End, string> {
  const taken = new Map<End, string>();
  for (let position = opening.position + 1; position <= opening.position + ends.length; ++position) {
    const next = [...loose].find(([end, uses]) => !taken.has(end) && uses.some((use) => use.position === position));
    if (next === undefined) break;
    const [end, uses] = next;
    const [use] = uses.splice(
      uses.findIndex((each) => each.position === position),
      1,
    );
    taken.set(end, use!.value);
  }
  return taken;
}

/** trtexec's rule: what stands in is decided by which flags were given, not by input. */
function fillProfile(given: ReadonlyMap<End, string>, warn: (text: string) => void): ShapeProfile {
  if (given.size === 0) return new Map();
  const shapes = new Map([...given].map(([end, text]) => [end, parse(end, text)]));
  const names = new Set([...shapes.values()].flatMap((each) => [...each.keys()]));
  return new Map(
    [...names].map((name) => {
      const at = (end: End): readonly number[] => {
        const source = sources[end].find((each) => shapes.has(each))!;
        if (source !== end) warn(`${source}Shapes is being broadcasted to ${end}Shapes for tensor ${name}`);
        const dims = shapes.get(source)!.get(name);
        if (dims === undefined)
          throw new ArgumentProblem(`${flagOf(source)} has no shape for input ${name}: give it one`);
        return dims;
      };
      return [name, { min: at('min'), opt: at('opt'), max: at('max') }];
    }),
  );
}

function parse(end: End, text: string): Map<string, number[]> {
  try {
    return parseShapes(flagOf(end), text);
  } catch (cause) {
    if (!(cause instanceof ArgumentProblem)) throw cause;
    const hint = 'failed to parse minShapes/optShapes/maxShapes. Please double check your input string.';
    throw new ArgumentProblem(`${cause.message} conversion failure: ${hint}`);
  }
}

/**
 * The calibration profile: the opt shapes, given alone or with both others.
 *
 * @throws ArgumentProblem for any other combination.
 */
export function readCalibrationShapes(args: TrtexecArguments): ReadonlyMap<string, readonly number[]> {
  const has = (end: End): boolean => args.has(`--${end}ShapesCalib`);
  if (has('min') !== has('max') || (has('min') && !has('opt'))) {
    throw new ArgumentProblem(
      'Must specify only --optShapesCalib or all of --minShapesCalib, --optShapesCalib, --maxShapesCalib',
    );
  }
  return parseShapes('--optShapesCalib', args.text('--optShapesCalib'));
}
