import type { Command } from '../command.js';

/**
 * `calibrt trtexec`. Its flags are trtexec's, by trtexec's rules, so it never gets to commander: see `runCli` and
 * lib/cli/trtexec. What is here is for the list of commands.
 */
export const trtexec: Command = {
  name: 'trtexec',
  summary: "trtexec's own flags, log, exports and exit codes (calibrt trtexec --help)",
  args: [],
  flags: [],
  examples: ['calibrt trtexec --onnx=model.onnx --saveEngine=model.plan --skipInference'],
  async run({ args }) {
    const { runTrtexec } = await import('../trtexec/run.js');
    return runTrtexec(args);
  },
};
