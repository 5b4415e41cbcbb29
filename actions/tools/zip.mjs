import { inflateRawSync } from "node:zlib";

const [STORED, DEFLATED] = [0, 8];

/**
 * One file of a zip archive: Terraform comes as one, and not every machine has `unzip`.
 *
 * @param {Buffer} archive
 * @param {string} name
 * @returns {Buffer | null} `null` where the archive does not have the file, or is none
 */
export function fileOfZip(archive, name) {
  // The list of files stands at the end, before a comment of any length: PKZIP's APPNOTE, 4.3.
  const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0 || end + 22 > archive.length) return null;
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0 && at + 46 <= end; left -= 1) {
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) return contentAt(archive, at);
    at += 46 + nameLength + extra + comment;
  }
  return null;
}

/** The content of the file whose entry in the list stands at an offset. */
function contentAt(archive, entry) {
  const [method, packed, local] = [
    archive.readUInt16LE(entry + 10),
    archive.readUInt32LE(entry + 20),
    archive.readUInt32LE(entry + 42),
  ];
  // The file's own header repeats the name; its other fields may be of another length than in the list.
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = archive.subarray(start, start + packed);
  if (method === STORED) return content;
  return method === DEFLATED ? inflateRawSync(content) : null;
}
