// Loads, infers, disposes and forgets: `node memory.mjs HEAVY WIDE RECORD`. Writes to stderr, as JSON, the name of each moment at which
// V8 told on stdout of its memory: no function of Node's gives what an addon reported.
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadEngine } from '#lib/backends/tensorrt/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const [heavy, wide, record] = process.argv.slice(2);
const rows = 2 ** 18;
const moments = [];

async function measure(moment) {
  for (let i = 0; i < 4; i++) {
    collect();
    await setImmediate();
  }
  setFlagsFromString('--trace-gc-verbose');
  collect();
  setFlagsFromString('--no-trace-gc-verbose');
  moments.push(moment);
}

const infer = async (context, count) => {
  await context.infer({ x: { dtype: 'float32', shape: [count, 3], data: new Float32Array(count * 3) } });
};
const destroyed = () => readFileSync(record, 'utf8').split('"call":"destroyEngine"').length - 1;

// What is made once per process.
await (await loadEngine(heavy)).dispose();
await measure('start');
const engine = await loadEngine(heavy);
await measure('engine');
await engine.dispose();
await measure('engine disposed');

const other = await loadEngine(wide);
const context = await other.createContext();
await infer(context, 1);
await measure('small');
await infer(context, rows);
await measure('large');
await infer(context, 1);
await measure('small again');
await context.dispose();
await measure('context disposed');
await other.dispose();
await measure('all disposed');

// Of a function of its own, so that no variable holds them.
async function forget() {
  const engine = await loadEngine(heavy);
  const context = await engine.createContext();
  await context.inspect();
}
const before = destroyed();
for (let i = 0; i < 3; i++) await forget();
while (destroyed() < before + 3) {
  collect();
  await setImmediate();
}
await measure('forgotten');
console.error(JSON.stringify(moments));
