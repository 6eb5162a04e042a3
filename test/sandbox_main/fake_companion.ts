/** A child in the companion's place: tells its environment, takes the clock, and ends only as it is configured to. */
import { createServer } from "node:http";

const { PORT, REFUSES_TO_END, FAILS_AT_START } = process.env;
if (FAILS_AT_START) {
  process.stderr.write("PAGERDUTY_API_TOKEN is missing\n");
  process.exit(1);
}

let now: unknown = process.env["SANDBOX_NOW"];
process.on("message", (message: { type?: string; now?: number }) => {
  if (message.type !== "clock") return;
  now = message.now;
  process.send?.({ type: "clock", now });
});
process.on("SIGTERM", () => {
  process.stdout.write("told to end\n");
  if (!REFUSES_TO_END) process.exit(0);
});

createServer((request, response) => {
  const body = request.url === "/facts" ? JSON.stringify({ pid: process.pid, env: process.env, now }) : "ready";
  response.writeHead(200).end(body);
}).listen(Number(PORT), "127.0.0.1", () => process.stdout.write("listening\n"));
