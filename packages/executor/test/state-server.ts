import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A state backend for tests: OpenTofu's `http` backend with locks. */
export type StateServer = AsyncDisposable & {
  /** The text of a `remote_state` block's `config` for `path_relative_to_include()`. */
  readonly config: string;
  /** States by unit, as texts. */
  readonly states: Map<string, string>;
  /** Locks by unit, as the texts that were sent with them. */
  readonly locks: Map<string, string>;
  /** So many writes are refused from now on. */
  refuseWrites(count: number): void;
  /** How long a write takes. */
  slowWrites(milliseconds: number): void;
  /** Names of resources in a unit's state. */
  resources(unit: string): string[];
};

/** The lock of somebody else. */
export const somebodysLock = JSON.stringify({
  ID: "11111111-2222-3333-4444-555555555555",
  Operation: "OperationTypeApply",
  Info: "",
  Who: "mona@laptop",
  Version: "1.12.6",
  Created: "2026-01-02T03:04:05.678Z",
  Path: "",
});

export async function startStateServer(): Promise<StateServer> {
  const states = new Map<string, string>();
  const locks = new Map<string, string>();
  let refused = 0;
  let slow = 0;
  const server = createServer(async (request, response) => {
    const unit = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname.slice(1));
    const body = await bodyOf(request);
    const answer = (status: number, text = ""): void => void response.writeHead(status).end(text);
    switch (request.method) {
      case "LOCK": {
        const held = locks.get(unit);
        if (held !== undefined) return answer(423, held);
        locks.set(unit, body);
        return answer(200);
      }
      case "UNLOCK":
        locks.delete(unit);
        return answer(200);
      case "POST":
        await sleep(slow);
        if (refused > 0) {
          refused -= 1;
          return answer(400, "the bucket is being moved");
        }
        states.set(unit, body);
        return answer(200);
      default: {
        const state = states.get(unit);
        return state === undefined ? answer(404) : answer(200, state);
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a port is expected");
  const url = `http://127.0.0.1:${address.port}/\${path_relative_to_include()}`;
  return {
    config: `address = "${url}"\n    lock_address = "${url}"\n    unlock_address = "${url}"\n    lock_method = "LOCK"\n    unlock_method = "UNLOCK"\n    retry_max = "0"`,
    states,
    locks,
    refuseWrites(count) {
      refused = count;
    },
    slowWrites(milliseconds) {
      slow = milliseconds;
    },
    resources(unit) {
      const state: { resources: { name: string; instances: unknown[] }[] } = JSON.parse(
        states.get(unit) ?? '{"resources":[]}',
      );
      return state.resources.filter(({ instances }) => instances.length > 0).map(({ name }) => name);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** The text of a `root.hcl` that keeps state on this server. */
export function rootOn(server: Pick<StateServer, "config">): string {
  return `remote_state {
  backend = "http"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    ${server.config}
  }
}
`;
}
