import { appendFileSync } from "node:fs";
import { createServer } from "node:http2";
import { field, fields } from "./wire.ts";

/** What a provider answers, by the method of the plugin protocol (version 6). */
export type Answers = Readonly<Record<string, (request: Map<number, Buffer>) => Promise<Buffer> | Buffer>>;

/** State of an older schema: there is none, so it stays as it is. */
export const keepState: Answers[string] = (request) => {
  const json = fields(request.get(3) ?? Buffer.alloc(0)).get(1) ?? Buffer.from("null");
  return field(1, field(2, json));
};

/** Serves a provider to the OpenTofu or Terraform that started this process, until that one is gone. */
export function serve(answers: Answers): void {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const method = String(headers[":path"]).split("/").at(-1) ?? "";
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => undefined);
    stream.on("end", async () => {
      const { status, body } = await answerTo(answers[method], Buffer.concat(chunks).subarray(5));
      if (stream.destroyed) return;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
      stream.end(body);
      if (method === "Shutdown") setImmediate(() => process.exit(0));
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a port is expected");
    process.stdout.write(`1|6|tcp|127.0.0.1:${address.port}|grpc\n`);
  });
  process.on("SIGINT", () => undefined);
  process.stdout.on("error", () => undefined);
  setInterval(() => {
    if (process.ppid === 1) process.exit(0);
  }, 500);
}

/** A gRPC status with its message: 0 is well, 12 means that there is no such method (some are optional), 13 a bug. */
async function answerTo(
  answer: Answers[string] | undefined,
  request: Buffer,
): Promise<{ status: string; body: Buffer }> {
  if (answer === undefined) return { status: "12", body: Buffer.alloc(0) };
  try {
    const message = await answer(fields(request));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return { status: "0", body: Buffer.concat([head, message]) };
  } catch (error) {
    const log = process.env["SLOW_PROVIDER_LOG"];
    if (log !== undefined) appendFileSync(log, `${error instanceof Error ? error.stack : error}\n`);
    return { status: "13", body: Buffer.alloc(0) };
  }
}
