import { CalibrtError } from '../../errors.js';
import { native, type TensorRtFlavour } from '../../native.js';
import { flavours, type FlavourTraits, type TensorRtBackend } from './flavours.js';
import { openLibrary, type TensorRtLibrary } from './library.js';
import { locateTensorRt, type LibraryCandidate } from './locate.js';
import { libraryRemedy } from './remedies.js';

/** What to choose a library by. */
export interface LibraryChoice {
  /** `auto`: TensorRT where there is a GPU and it is installed, else TensorRT-RTX. */
  readonly backend?: 'auto' | TensorRtBackend | undefined;
  /** One flavour and no other. */
  readonly flavour?: TensorRtFlavour | undefined;
  /** The inference library, or the folder that holds it. */
  readonly library?: string | undefined;
  /** Whether the plan is for GPUs that are named, which TensorRT-RTX alone can do. */
  readonly aheadOfTime?: boolean | undefined;
}

/**
 * Finds and opens the library to use.
 *
 * @throws CalibrtError `ERR_BACKEND_MISSING` where none is found, naming the places looked at; what `openLibrary` throws.
 */
export async function selectLibrary(choice: LibraryChoice = {}): Promise<TensorRtLibrary> {
  const wanted = await inOrder(choice);
  const looked: LibraryCandidate[] = [];
  const located = [];
  for (const { flavour } of wanted) {
    const search = locateTensorRt(flavour, choice.library);
    looked.push(...search.candidates);
    if (search.found !== undefined) located.push(search.found);
  }
  // One whose bridge was not built is used only to say so.
  const usable = located.find(({ flavour }) => native().openTensorRtBridge(flavour).ok) ?? located[0];
  if (usable === undefined) throw missing(wanted, looked, choice);
  return openLibrary(usable);
}

async function inOrder({ backend = 'auto', flavour, library, aheadOfTime }: LibraryChoice): Promise<FlavourTraits[]> {
  if (flavour !== undefined) return flavours.filter((each) => each.flavour === flavour);
  if (backend !== 'auto') return flavours.filter((each) => each.backend === backend);
  if (library !== undefined) return named(library);
  if (aheadOfTime) return flavours.filter((each) => each.backend === 'tensorrt-rtx');
  const { devices } = await native().probeCuda();
  const order = [...flavours];
  // `tensorrt` sorts before `tensorrt-rtx`; without a GPU only the latter can build.
  return devices.length === 0 ? order : order.sort((a, b) => a.backend.localeCompare(b.backend));
}

/** A file's name tells its flavour; in a folder any may be. */
function named(library: string): FlavourTraits[] {
  const byName = flavours.filter(({ infer }) => library.includes(infer));
  return byName.length > 0 ? byName : [...flavours];
}

function missing(
  wanted: readonly FlavourTraits[],
  looked: readonly LibraryCandidate[],
  choice: LibraryChoice,
): CalibrtError {
  const names = wanted.map(({ name }) => name).join(' or ');
  const details = looked.map(({ path, origin, verdict }) => `${path} (${origin}): ${verdict}`);
  const where = choice.library === undefined ? '' : ` at ${choice.library}`;
  const alone = looked.find(({ verdict }) => verdict !== 'absent');
  const what = alone === undefined ? `${names} was not found${where}` : `${alone.path} has ${alone.verdict}`;
  return new CalibrtError('ERR_BACKEND_MISSING', `${what}: ${libraryRemedy(wanted[0]!)}`, { details });
}
