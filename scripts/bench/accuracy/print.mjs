import { cpus } from 'node:os';

const tasks = { top1: 'top-1 %', agreement: 'top-1 as FP32 %', faces: 'F1' };

/** Prints the table of a network, medians over the splits, and what it comes to: the best line of a peer beside ours. */
export function printTable(network, { nodes, tensors, versions, lines }, results) {
  const [calibrate, test] = network.sizes;
  const targets = Object.keys(results[0][lines[0].name].sqnr);
  const task = tasks[network.task];
  console.log(`\n### ${network.name}\n`);
  console.log(
    `${results.length} splits of ${calibrate} samples to calibrate, ${test} to test; ${nodes.length} nodes, ${tensors.length} tensors; ` +
      `${cpus()[0].model.trim()}; Node ${process.versions.node}; ` +
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
  );
  for (const { peer, missing } of lines.filter((line) => line.missing > 0)) {
    console.log(`${peer} gives no range to ${missing} of the ${tensors.length} tensors.`);
  }
  const header = targets.map((target) => `SQNR of \`${target}\`, dB`).join(' | ');
  console.log(`\n| | MACs in INT8, % | ${header} | ${task} | worst ${task} |`);
  console.log(`| --- |${' ---: |'.repeat(targets.length + 3)}`);
  const figure = (value) => (network.task === 'faces' ? value.toFixed(3) : (100 * value).toFixed(1));
  const sqnr = (name, target) => median(results.map((split) => split[name].sqnr[target]));
  for (const { name, int8 } of [{ name: 'FP32' }, ...lines]) {
    const db = targets.map((target) => (name === 'FP32' ? '' : sqnr(name, target).toFixed(1)));
    const figures = results.map((split) => split[name].task);
    const share = int8 === undefined ? '' : (100 * int8).toFixed(1);
    console.log(`| ${[name, share, ...db, figure(median(figures)), figure(Math.min(...figures))].join(' | ')} |`);
  }
  console.log();
  for (const target of targets) console.log(verdict(target, lines, sqnr));
}

/** The best line of the peers that leave as much in float, and `auto` with the same nodes, plain and repaired. */
function verdict(target, lines, sqnr) {
  const best = (from) => from.reduce((a, b) => (sqnr(b.name, target) > sqnr(a.name, target) ? b : a));
  const peers = lines.filter(({ peer }) => peer !== undefined);
  const shares = [...new Set(peers.map(({ int8 }) => int8))].sort((a, b) => b - a);
  const said = shares.map((share) => {
    const theirs = best(peers.filter(({ int8 }) => int8 === share));
    const db = sqnr(theirs.name, target);
    const ours = lines.filter(({ name, int8 }) => name.startsWith('auto') && int8 === share);
    const margins = ours.map(({ name }) => `${name} ${(sqnr(name, target) - db).toFixed(2)}`);
    return `at ${(100 * share).toFixed(1)} % of the MACs in INT8, over the best peer (${theirs.name}, ${db.toFixed(2)} dB): ${margins.join(', ')}`;
  });
  return `- \`${target}\` ${said.join('; ')}`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
