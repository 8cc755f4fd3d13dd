import { batchesOf } from './models.mjs';
import { withEngine } from './with-engine.mjs';

/**
 * Runs the same inferences on 1, 2 and 4 contexts at once. Resolves to the inferences per second of each, and whether every output was
 * that of the first, to the bit.
 */
export function runContexts(plan, model, inferences) {
  return withEngine(plan, (engine) => compareContexts(engine, model, inferences));
}

async function compareContexts(engine, model, inferences) {
  const output = engine.tensors.find(({ mode }) => mode === 'output').name;
  const [{ feeds }] = batchesOf(model, model.test, model.batch);
  const perSecond = {};
  let expected;
  let same = true;
  for (const count of [1, 2, 4]) {
    const contexts = await Promise.all(Array.from({ length: count }, () => engine.createContext()));
    await Promise.all(contexts.map((context) => context.infer(feeds)));
    const start = performance.now();
    await Promise.all(
      contexts.map(async (context) => {
        // Two at a time, so that the next is ready when one ends.
        const lane = async () => {
          for (let i = 0; i < inferences / 2; i++) {
            const { [output]: tensor } = await context.infer(feeds);
            const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
            expected ??= Buffer.from(bytes);
            same &&= bytes.equals(expected);
          }
        };
        await Promise.all([lane(), lane()]);
      }),
    );
    perSecond[count] = (count * inferences) / ((performance.now() - start) / 1000);
    await Promise.all(contexts.map((context) => context.dispose()));
  }
  return { perSecond, same };
}
