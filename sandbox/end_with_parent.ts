/**
 * Preloaded into a child process with an IPC channel: when the parent is gone, however it went, the child is told to end
 * as by its own supervisor. Keeps the product free of anything that only the sandbox needs.
 */
const PATIENCE_MS = 10_000;

function end(): void {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
}

process.on("disconnect", end);
// Gone before anybody listened; where there never was such a parent it is undefined.
if (process.connected === false) end();
// The channel alone must not hold the process: it ends on its own exactly when it would without a parent.
process.channel?.unref();
