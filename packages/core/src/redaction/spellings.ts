import { percentEncoded } from "./views.ts";

/** Ways in which a value is written: as text, which can be escaped further, and in alphabets of its own. */
export type Spellings = { readonly texts: readonly string[]; readonly base64: readonly string[] };

/** A shorter value would blank out half of every text, and protects nothing. */
const SHORTEST = 4;
/** A line of a value of several: `end`, `data:` and the like are no secrets. */
const SHORTEST_LINE = 6;

/** Every way in which a secret is looked for. Escapes and ends of lines are taken off the text instead. */
export function spellingsOf(secret: string): Spellings {
  const value = secret.trim();
  if (value.length < SHORTEST) return { texts: [], base64: [] };
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length < 2 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE);
  const known = [value, ...parts, ...secretsInJson(value)];
  const withEncoded = (text: string): string[] => [text, percentEncoded(text)];
  const plain = known.flatMap(withEncoded);
  const cased = [...plain, ...known.flatMap((text) => [text.toUpperCase(), text.toLowerCase()].flatMap(withEncoded))];
  const utf8 = Buffer.from(value, "utf8");
  const inAddress = encodeURIComponent(value.toWellFormed());
  const inOthers = [JSON.stringify(value).slice(1, -1), inAddress, inAddress.replaceAll("%20", "+")];
  // Docker's and Kubernetes' files hold base64 of a name and a password, and are base64 themselves.
  const encoded = base64Of(utf8).map((text) => Buffer.from(text, "utf8"));
  return {
    texts: unique([
      ...cased,
      // A form has a plus for a blank.
      ...cased.map((text) => text.replaceAll(" ", "+")),
      // A shell ends its quotes for a quote, once its backslash is taken off and as it is; YAML and CSV double theirs.
      ...plain.flatMap((text) => ["'''", "'\\''", "''"].map((quote) => text.replaceAll("'", quote))),
      ...plain.map((text) => text.replaceAll('"', '""')),
      utf8.toString("hex"),
      utf8.toString("hex").toUpperCase(),
      // As Go prints bytes.
      [...utf8].join(" "),
    ]),
    base64: unique(
      [utf8, ...inOthers.map((text) => Buffer.from(text, "utf8")), ...encoded, Buffer.from(value, "utf16le")].flatMap(
        base64Of,
      ),
    ),
  };
}

const unique = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter((text) => text.length >= SHORTEST && /\S/.test(text));

/**
 * What base64 has for bytes in the middle of others: three bytes make four characters, so where the bytes begin counts.
 * Characters that neighbours share are left out.
 */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** What is secret in a secret that is JSON by itself, such as a service account's key: by the names of its keys. */
const SECRET_KEY = /pass|secret|token|key|credential|private/i;
const MOST_JSON = 256 * 1024;

function secretsInJson(text: string): string[] {
  if (!/^[[{]/.test(text) || text.length > MOST_JSON) return [];
  const found: string[] = [];
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === "string" && value.length >= SHORTEST_LINE && SECRET_KEY.test(key)) {
        found.push(value.trim(), ...value.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE));
      }
      return value;
    });
  } catch {
    // It is no JSON, and is looked for as it is.
  }
  return found;
}
