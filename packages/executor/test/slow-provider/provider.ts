import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http2";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dynamicValue, field, fields, readAttributes, yes } from "./wire.ts";

/**
 * A provider with one resource, `slow_thing`, in a cloud that is a folder: `cloud`, an attribute, has one file for each
 * thing. A thing is there from the moment it is asked for, and the call ends `seconds` later. It does not listen when
 * it is asked to stop, as most calls to a cloud do not. `crash = "yes"` ends the provider in the middle of a call.
 */
const text = Buffer.from('"string"');
const attribute = (name: string, type: Buffer, ...more: readonly Buffer[]): Buffer =>
  field(2, field(1, name), field(2, type), ...more);
const schema = field(
  2,
  attribute("name", text, yes(4)),
  attribute("cloud", text, yes(4)),
  attribute("seconds", Buffer.from('"number"'), yes(4)),
  attribute("crash", text, yes(5)),
  attribute("id", text, yes(6)),
);

const packed = (message: Map<number, Buffer>, number: number): Buffer =>
  fields(message.get(number) ?? Buffer.alloc(0)).get(1) ?? Buffer.from([0xc0]);

const answers: Readonly<Record<string, (request: Map<number, Buffer>) => Promise<Buffer> | Buffer>> = {
  GetProviderSchema: () => Buffer.concat([field(1, field(2)), field(2, field(1, "slow_thing"), field(2, schema))]),
  ValidateProviderConfig: () => Buffer.alloc(0),
  ValidateResourceConfig: () => Buffer.alloc(0),
  ConfigureProvider: () => Buffer.alloc(0),
  StopProvider: () => Buffer.alloc(0),
  UpgradeResourceState: (request) => {
    const json = fields(request.get(3) ?? Buffer.alloc(0)).get(1) ?? Buffer.from("null");
    return field(1, field(2, json));
  },
  ReadResource: (request) => field(1, request.get(2) ?? Buffer.alloc(0)),
  PlanResourceChange(request) {
    const proposed = readAttributes(packed(request, 3));
    return field(1, dynamicValue(proposed === null ? null : { ...proposed, id: proposed["id"] ?? undefined }));
  },
  async ApplyResourceChange(request) {
    const [prior, planned] = [readAttributes(packed(request, 2)), readAttributes(packed(request, 3))];
    const thing = planned ?? prior ?? {};
    const file = join(String(thing["cloud"]), String(thing["name"]));
    if (planned === null) {
      await sleep(Number(thing["seconds"]) * 1000);
      rmSync(file, { force: true });
      return field(1, dynamicValue(null));
    }
    writeFileSync(file, "");
    if (planned["crash"] === "yes") {
      process.stderr.write("panic: the provider is broken\n");
      process.exit(2);
    }
    await sleep(Number(thing["seconds"]) * 1000);
    return field(1, dynamicValue({ ...planned, id: `made-${String(thing["name"])}` }));
  },
};

const server = createServer();
server.on("stream", (stream, headers) => {
  const method = String(headers[":path"]).split("/").at(-1) ?? "";
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => undefined);
  stream.on("end", async () => {
    const answer = answers[method];
    // 12: there is no such method. OpenTofu asks for some that are optional.
    let status = answer === undefined ? "12" : "0";
    let body = Buffer.alloc(0);
    try {
      const message = await answer?.(fields(Buffer.concat(chunks).subarray(5)));
      if (message !== undefined) {
        const head = Buffer.alloc(5);
        head.writeUInt32BE(message.length, 1);
        body = Buffer.concat([head, message]);
      }
    } catch (error) {
      const log = process.env["SLOW_PROVIDER_LOG"];
      if (log !== undefined) appendFileSync(log, `${method}: ${error instanceof Error ? error.stack : error}\n`);
      status = "13";
    }
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
