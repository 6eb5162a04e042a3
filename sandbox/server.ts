/** The sandbox's one port, reachable as 127.0.0.1 and as localhost whichever of its two addresses that name leads to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";

export interface RunningServer {
  readonly port: number;
  /** Takes the requests from now on; until then they are answered with 503. */
  serve(fetch: (request: Request) => Response | Promise<Response>): void;
  close(): Promise<void>;
}

/** A port that somebody else listens on. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** @param port 0 takes a free one */
export async function startServer(port: number): Promise<RunningServer> {
  let listener = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503, { "content-type": "text/plain" }).end("The sandbox is starting.\n");
  };
  const servers: Server[] = [];
  async function open(address: string, at: number): Promise<number> {
    const server = createServer((request, response) => listener(request, response));
    const bound = await listen(server, address, at);
    servers.push(server);
    return bound;
  }

  const bound = await open("127.0.0.1", port);
  try {
    await open("::1", bound);
  } catch (problem) {
    // A machine without IPv6 is fine; a foreign listener there would answer whoever types "localhost".
    if (!isNoSuchAddress(problem)) {
      await Promise.all(servers.map(closeServer));
      throw problem;
    }
  }

  return {
    port: bound,
    serve(fetch) {
      const answer = getRequestListener((request) => fetch(request));
      listener = (request, response) => void answer(request, response);
    },
    async close() {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, "127.0.0.1", 0);
  await closeServer(server);
  return port;
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (problem: NodeJS.ErrnoException) => {
      const taken = problem.code === "EADDRINUSE" || problem.code === "EACCES";
      reject(taken ? new PortTaken(describeTaken(port, problem.code)) : problem);
    });
    server.listen({ host: address, port }, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") reject(new Error("The server has no port."));
      else resolve(bound.port);
    });
  });
}

function describeTaken(port: number, code: string | undefined): string {
  const what = code === "EACCES" ? "may not be used by you" : "is taken by another program";
  return `Port ${port} ${what}; choose another one with --port N.`;
}

function isNoSuchAddress(problem: unknown): boolean {
  const code = problem instanceof Error && "code" in problem ? problem.code : undefined;
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT" || code === "EINVAL";
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Event streams stay open for as long as somebody looks at the page.
    server.closeAllConnections();
  });
}
