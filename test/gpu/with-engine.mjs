import { loadEngine } from 'calibrt';

/** Loads a plan, does something with the engine, and disposes of it; Node 20 has no `await using`. */
export async function withEngine(plan, work) {
  const engine = await loadEngine(plan);
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}
