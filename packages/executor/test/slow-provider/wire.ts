/** The little of protocol buffers and MessagePack that a provider needs to talk to OpenTofu. */

/** The length-delimited fields of a message by number; the last of each counts. */
export function fields(message: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at);
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if ((tag & 7) === 0) varint();
    else if ((tag & 7) === 2) {
      const length = varint();
      found.set(tag >>> 3, message.subarray(at, at + length));
      at += length;
    } else throw new Error(`wire type ${tag & 7} is not expected`);
  }
  return found;
}

const varintOf = (value: number): Buffer =>
  value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varintOf(value >>> 7)]);

/** A length-delimited field. */
export function field(number: number, ...content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([varintOf(number * 8 + 2), varintOf(body.length), body]);
}

/** A field that says true. */
export const yes = (number: number): Buffer => Buffer.from([number * 8, 1]);

/** What an attribute can be here. `undefined` is a value that is not known yet. */
export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** Reads a MessagePack object of plain attributes; `null` for a null object. */
export function readAttributes(packed: Buffer): Attributes | null {
  let at = 0;
  const take = (bytes: number): Buffer => {
    at += bytes;
    return packed.subarray(at - bytes, at);
  };
  const value = (): string | number | null | undefined => {
    const type = take(1).readUInt8();
    if (type < 0x80) return type;
    if (type >= 0xa0 && type <= 0xbf) return take(type & 31).toString();
    if (type === 0xd9) return take(take(1).readUInt8()).toString();
    if (type === 0xda) return take(take(2).readUInt16BE()).toString();
    if (type === 0xc0) return null;
    if (type === 0xcb) return take(8).readDoubleBE();
    if (type === 0xcc) return take(1).readUInt8();
    if (type === 0xcd) return take(2).readUInt16BE();
    if (type === 0xd4) {
      take(2);
      return undefined;
    }
    throw new Error(`MessagePack type ${type.toString(16)} is not expected`);
  };
  const type = take(1).readUInt8();
  if (type === 0xc0) return null;
  const attributes: Record<string, string | number | null | undefined> = {};
  for (let count = type & 15; count > 0; count -= 1) {
    const name = String(value());
    attributes[name] = value();
  }
  return attributes;
}

/** Writes attributes as a `DynamicValue`. */
export function dynamicValue(attributes: Attributes | null): Buffer {
  if (attributes === null) return field(1, Buffer.from([0xc0]));
  const entries = Object.entries(attributes);
  const text = (string: string): Buffer =>
    Buffer.concat([Buffer.from([0xd9, Buffer.byteLength(string)]), Buffer.from(string)]);
  const value = (item: Attributes[string]): Buffer => {
    if (item === undefined) return Buffer.from([0xd4, 0, 0]);
    if (item === null) return Buffer.from([0xc0]);
    if (typeof item === "string") return text(item);
    const number = Buffer.alloc(9, 0xcb);
    number.writeDoubleBE(item, 1);
    return number;
  };
  return field(
    1,
    Buffer.from([0x80 | entries.length]),
    ...entries.flatMap(([name, item]) => [text(name), value(item)]),
  );
}
