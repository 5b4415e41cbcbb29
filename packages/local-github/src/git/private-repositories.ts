import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { run } from "@pipelines/core/process/run";

/** Private repositories over HTTPS, served by git's own `http-backend` (gitprotocol-http, git-http-backend(1)). */
export type GitServer = AsyncDisposable & {
  /** `localhost:<port>`. */
  readonly host: string;
  /** The certificate that clients have to trust. */
  readonly certificate: string;
};

/**
 * Serves the bare repositories of a folder to whoever sends the token, the way that GitHub takes it: as the password of
 * any user. Everybody else gets a 401.
 */
export async function startGitServer(folder: string, repositories: string, token: string): Promise<GitServer> {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const env = { PATH: process.env["PATH"] ?? "" };
  const make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
  const made = await run("openssl", [...make.split(" "), "-keyout", key, "-out", certificate], { cwd: folder, env });
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.failure ?? made.stderr}`);
  const { stdout } = await run("git", ["--exec-path"], { cwd: folder, env });
  const backend = join(stdout.trim(), "git-http-backend");
  const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
    const [, password] = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64")
      .toString()
      .split(":");
    if (password === token) return serve(backend, repositories, request, response);
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers one request by the backend, as RFC 3875 has it: headers, an empty line, the body. */
function serve(backend: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://localhost");
  const child = spawn(backend, [], {
    env: {
      ...{ PATH: process.env["PATH"], GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: "robin" },
      ...{ PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method },
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      GIT_PROTOCOL: request.headers["git-protocol"]?.toString(),
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf("\r\n\r\n");
    const headers = output
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": ", 2));
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    for (const [name = "", value = ""] of headers) if (name !== "Status") response.setHeader(name, value);
    response.writeHead(Number.parseInt(status, 10)).end(output.subarray(end + 4));
  });
}
