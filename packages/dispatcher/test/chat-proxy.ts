import { readFile } from "node:fs/promises";
import { createServer as createProxy } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { run } from "@pipelines/core/process/run";
import type { ChatServices } from "./chat-services.ts";

/** A proxy that leads every address of the internet to the chat services, over TLS, and what has Node believe in it. */
export type ChatProxy = AsyncDisposable & { readonly env: Readonly<Record<string, string>> };

/** @param hosts that the services have */
export async function startChatProxy(
  folder: string,
  services: ChatServices,
  hosts: readonly string[],
): Promise<ChatProxy> {
  const [key, cert] = [join(folder, "chat.key"), join(folder, "chat.pem")];
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=chat"];
  const made = await run("openssl", [...request, "-keyout", key, "-out", cert, "-addext", `subjectAltName=${names}`], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
  });
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr}`);
  const tls = createServer({ key: await readFile(key), cert: await readFile(cert) }, async (request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
    const url = `https://${request.headers.host ?? ""}${request.url ?? ""}`;
    const answer = services.answer({ url, body: await text(request), headers });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
  });
  const port = await listening(tls);
  const proxy = createProxy().on("connect", (_request, socket, head) => {
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [upstream, socket]) one.on("error", () => undefined);
  });
  const at = await listening(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${at}`, NODE_USE_ENV_PROXY: "1", NODE_EXTRA_CA_CERTS: cert },
    async [Symbol.asyncDispose]() {
      tls.closeAllConnections();
      proxy.closeAllConnections();
      await Promise.all([tls, proxy].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}
