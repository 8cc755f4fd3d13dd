/** What is known of a GPU; what is absent is not printed. */
export interface DeviceFacts {
  readonly name: string;
  /** `sm90`. */
  readonly target: string;
  readonly memoryBytes: number;
}

/** The machine's GPUs. */
export interface DeviceReport {
  /** Why no GPU can be used; empty where one can. */
  readonly problem: string;
  readonly devices: readonly DeviceFacts[];
}

/** Lines of `=== Device Information ===`. */
export function deviceLines({ devices, problem }: DeviceReport, selected: number): string[] {
  const lines = ['=== Device Information ==='];
  if (devices.length === 0) return [...lines, `Cannot find any available devices (GPUs)! ${problem}`.trim()];
  lines.push('Available Devices: ', ...devices.map(({ name }, index) => `  Device ${index}: "${name}"`));
  const device = devices[selected];
  if (device === undefined) return [...lines, `Cannot find device ID ${selected}!`];
  const capability = /^sm(\d+)(\d)$/.exec(device.target);
  return [
    ...lines,
    `Selected Device: ${device.name}`,
    `Selected Device ID: ${selected}`,
    ...(capability === null ? [] : [`Compute Capability: ${capability[1]}.${capability[2]}`]),
    `Device Global Memory: ${Math.floor(device.memoryBytes / 2 ** 20)} MiB`,
  ];
}
