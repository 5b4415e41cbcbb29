import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answers, keepState, serve } from "./serve.ts";
import { dynamicValue, field, fields, readAttributes, yes } from "./wire.ts";

/**
 * A provider with one resource, `slow_thing`, in a cloud that is a folder: `cloud`, an attribute, has one file for each
 * thing. A thing is there from the moment it is asked for, and the call ends `seconds` later. It does not listen when
 * it is asked to stop, as most calls to a cloud do not. A thing whose file is gone was deleted outside; a text in the file
 * is its new id. `crash = "yes"` ends the provider in the middle of a call.
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

/** What it takes of a processor to tell its schema, as it does for a provider with a thousand resources. */
const START_MS = Number(process.env["SLOW_PROVIDER_START_MS"] ?? "0");

const answers: Answers = {
  GetProviderSchema: () => {
    for (const end = performance.now() + START_MS; performance.now() < end; );
    return Buffer.concat([field(1, field(2)), field(2, field(1, "slow_thing"), field(2, schema))]);
  },
  ValidateProviderConfig: () => Buffer.alloc(0),
  ValidateResourceConfig: () => Buffer.alloc(0),
  ConfigureProvider: () => Buffer.alloc(0),
  StopProvider: () => Buffer.alloc(0),
  UpgradeResourceState: keepState,
  ReadResource(request) {
    const thing = readAttributes(packed(request, 2)) ?? {};
    const file = join(String(thing["cloud"]), String(thing["name"]));
    const text = existsSync(file) ? readFileSync(file, "utf8") : null;
    return field(1, dynamicValue(text === null ? null : { ...thing, id: text === "" ? thing["id"] : text }));
  },
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

serve(answers);
