import { z } from "zod";
import { type Attribute, type Body, EMPTY, type Expression, type HclParser } from "./parse.ts";

const Objects = z.record(z.string(), z.unknown());
const Modules = z.object({ module: z.record(z.string(), z.union([Objects, z.array(Objects)])).optional() });

/** What the scan needs of code that is written as JSON: the modules that it calls, and what its texts name. */
export function bodyOfJson(text: string, parse: HclParser): Body {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ...EMPTY, isBroken: true };
  }
  const { module = {} } = Modules.safeParse(json).data ?? {};
  const blocks = Object.entries(module).flatMap(([label, value]) =>
    [value].flat().map(({ source }) => {
      const attributes = typeof source === "string" ? [attribute("source", source, parse)] : [];
      return { type: "module", labels: [label], body: { ...EMPTY, attributes } };
    }),
  );
  const templates = [...stringsIn(json)].filter((string) => string.includes("${"));
  return { ...EMPTY, blocks, attributes: templates.map((template) => attribute("", template, parse)) };
}

/** JSON holds templates as texts, of which only the interpolations are HCL. */
function attribute(name: string, text: string, parse: HclParser): Attribute {
  const literal: Expression = { kind: "template", parts: [text] };
  const [parsed] = text.includes("${") ? parse(`x = "${text}"\n`).attributes : [];
  return { name, value: parsed?.value ?? literal, line: 1 };
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* stringsIn(inner);
}
