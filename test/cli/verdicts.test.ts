import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { png, scratchFolder } from '../data/scratch.js';
import { cli } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const images = [
  '--data',
  repository('demo/calibration'),
  '--pixel-format',
  'gray',
  '--preset',
  'unit',
  '--limit',
  '20',
];

describe('an output that INT8 loses', () => {
  it('is told of on the terminal and in --json', async () => {
    const folder = await scratchFolder({
      '1.png': await png([1, 1, 1], 32, 32),
      '2.png': await png([2, 2, 2], 32, 32),
    });
    const table = join(folder, 'table.json');
    const dark = ['--data', folder, '--pixel-format', 'gray', '--preset', 'unit'];
    expect((await cli(['calibrate', demo, '-o', table, ...dark])).status).toBe(0);
    // Ranges of pictures that are nearly black clip all others.
    const quantize = ['quantize', demo, '-o', join(folder, 'int8.onnx'), '--table', table, ...images];
    const { status, stdout, stderr } = await cli([...quantize, '--json']);
    expect(status).toBe(0);
    const { verify, verdicts } = JSON.parse(stdout) as {
      verify: { outputs: Record<string, { sqnrDb: number }> };
      verdicts: { code: string; level: string; subject: string }[];
    };
    const [[name, { sqnrDb }]] = Object.entries(verify.outputs) as [[string, { sqnrDb: number }]];
    expect(sqnrDb).toBeLessThan(10);
    expect(verdicts[0]).toMatchObject({ code: 'output-lost', level: 'warning', subject: `output ${name}` });
    expect(stderr).toContain(`warning output ${name}: has an SQNR of ${sqnrDb.toFixed(1)} dB`);
  });
});

describe('a pattern or operator that is nowhere in the model', () => {
  it.each(['quantize', 'calibrate'])('is told of by %s', async (command) => {
    const folder = await scratchFolder();
    const output = join(folder, command === 'quantize' ? 'int8.onnx' : 'table.json');
    const scope = ['--exclude', 'nosuch*', '--op-types', 'Conv,Gemmm'];
    const { status, stderr } = await cli([command, demo, '-o', output, ...images, ...scope]);
    expect(status).toBe(0);
    expect(stderr).toContain('warning the exclude pattern "nosuch*" matches no node');
    expect(stderr).toContain('warning the model has no operator Gemmm');
  });
});
