/**
 * A process that opens one TensorRT library and asks the CUDA driver, so that a library that crashes or hangs takes only this
 * with it. Arguments: flavour, inference library, parser (all or none). Answers one message.
 */
import { serializeError } from '../../errors.js';
import { native, type TensorRtFlavour } from '../../native.js';
import { openLibrary } from './library.js';

const [flavour, infer, parser] = process.argv.slice(2);
const cuda = await native().probeCuda();
try {
  if (flavour === undefined || infer === undefined || parser === undefined) {
    process.send!({ cuda });
  } else {
    const library = await openLibrary({ flavour: flavour as TensorRtFlavour, infer, parser, origin: 'option' });
    process.send!({ cuda, version: library.version });
  }
} catch (error) {
  process.send!({ cuda, error: serializeError(error) });
}
process.disconnect();
