/** Ctrl-C, `kill`, and a terminal that is closed: a command cleans up and ends. */
export const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
