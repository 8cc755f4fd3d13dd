import { describe, expect, it } from 'vitest';
import { buildEngine, locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { native, type TensorRtFlavour } from '#lib/native.js';
import { fixture } from './rtx.js';

const { devices } = await native().probeCuda();

/** The real TensorRT, which `node scripts/sdk/setup.mjs --with 10.15 --with 11.2` fetches: opened in one process, side by side. */
describe.each<TensorRtFlavour>(['10', '11'])('the real TensorRT %s', (flavour) => {
  const { found } = locateTensorRt(flavour);
  const bridge = native().openTensorRtBridge(flavour);

  it.skipIf(found === undefined || !bridge.ok)('reports its version (skipped without library and bridge)', async () => {
    const opened = await native().openTensorRt(flavour, found!.infer, found!.parser);
    expect(opened).toMatchObject({ ok: true, value: { info: { flavour } } });
    expect(opened.ok && opened.value.info.version).toMatch(new RegExp(`^${flavour}\\.\\d+\\.\\d+$`));
  });

  it.skipIf(found === undefined || !bridge.ok || devices.length > 0)(
    'says that it needs a GPU, and asks the driver before the library (skipped without library and bridge, or with a GPU)',
    async () => {
      const built = buildEngine(fixture('tiny-cnn-fp32.onnx'), { flavour });
      await expect(built).rejects.toMatchObject({ code: 'ERR_NO_GPU' });
    },
  );
});
