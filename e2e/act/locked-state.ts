import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A server for the state of one unit, with a lock on it: OpenTofu's `http` backend. */
export type LockedState = AsyncDisposable & {
  /** A `remote_state` block that keeps the state here. */
  readonly block: string;
  /** The lock that is held, as JSON; `null` once it was given back. */
  held(): string | null;
};

export async function startLockedState(lock: string): Promise<LockedState> {
  let held: string | null = lock;
  let state: string | null = null;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = (status: number, content = ""): void => void response.writeHead(status).end(content);
    if (request.method === "LOCK") {
      if (held !== null) return answer(423, held);
      held = body;
    } else if (request.method === "UNLOCK") held = null;
    else if (request.method === "POST") state = body;
    else return state === null ? answer(404) : answer(200, state);
    answer(200);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a port is expected");
  const url = `http://127.0.0.1:${address.port}`;
  return {
    block: `remote_state {
  backend = "http"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    address        = "${url}"
    lock_address   = "${url}"
    unlock_address = "${url}"
    lock_method    = "LOCK"
    unlock_method  = "UNLOCK"
  }
}
`,
    held: () => held,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
