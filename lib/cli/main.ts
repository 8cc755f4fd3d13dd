#!/usr/bin/env node
import { exitStatus, runCli } from './run.js';

// A reader such as `head` that has seen enough is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // Where even this cannot be written, the status has to say it.
    process.stderr.write(`error ERR_OUTPUT: cannot write to the terminal or its redirection: ${error.message}\n`, () =>
      process.exit(exitStatus.failed),
    );
  });
}

process.exitCode = await runCli(process.argv.slice(2));
