import { expect, it } from 'vitest';
import { drawSamples, type SampleData } from '#lib/pipeline/calibration/samples.js';

it.each([42, true, {}, null])('refuses data that is %j: neither a path, nor files, nor an iterable', async (data) => {
  await expect(drawSamples({ data: data as unknown as SampleData }, [], 0)).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringContaining('data must be a path') as string,
  });
});
