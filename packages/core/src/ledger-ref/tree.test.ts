import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANGED, claiming, FAILED, recording, runOf, unit } from "../../test/ledger.ts";
import { UnitPath } from "../contracts/unit-path.ts";
import { EMPTY_LEDGER } from "../ledger/ledger.ts";
import { changedFiles, fileOf, filesOf, LedgerError, ledgerIn } from "./tree.ts";

const segment = fc.oneof(
  fc.constantFrom(
    "a",
    "a.json",
    ".json",
    ".",
    "%",
    "%2E",
    "%2Ejson",
    'a"b',
    "a b",
    "ä\n",
    "determined",
    "units",
    "...",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 6 }).filter((text) => !/[/\0]/.test(text) && text !== ".."),
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => UnitPath.parse(segments.join("/")));

describe("the files of units", () => {
  it.each([
    ["prod/vpc", "units/prod/vpc.json"],
    [".", "units/%2E.json"],
    ["a.json", "units/a.json.json"],
    ["a.json/b", "units/a%2Ejson/b.json"],
    ["100%/x", "units/100%25/x.json"],
  ])("%s is in %s", (name, file) => {
    expect(fileOf(unit(name))).toBe(file);
  });

  it("are one for each unit, and none is in the way of another's folder", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 8 }), (units) => {
        const files = units.map(fileOf);
        expect(new Set(files).size).toBe(units.length);
        for (const file of files) {
          for (const other of files) expect(other.startsWith(`${file}/`)).toBe(false);
          for (const name of file.split("/")) expect(["", ".", ".."]).not.toContain(name);
        }
      }),
    );
  });
});

const claimed = claiming(EMPTY_LEDGER, runOf(1), 1, ["a", "a/b", "."]).ledger;
const recorded = recording(claimed, runOf(1), 1, { a: CHANGED, "a/b": FAILED });

describe("a ledger as files", () => {
  it("comes back as it was written", () => {
    expect(ledgerIn(filesOf(recorded))).toEqual(recorded);
  });

  it("is written by what differs alone", () => {
    expect(changedFiles(claimed, recorded).map((file) => file.path)).toEqual([
      "units/%2E.json",
      "units/a.json",
      "units/a/b.json",
    ]);
    expect(changedFiles(recorded, structuredClone(recorded))).toEqual([]);
    const asked = claiming(recorded, runOf(2), 1, ["new"], { request: true }).ledger;
    const skipped = recording(asked, runOf(2), 1, { new: { kind: "skipped", because: [] } });
    expect(changedFiles(asked, skipped)).toEqual([{ path: "units/new.json", text: null }]);
  });

  const text = filesOf(claimed).find(({ path: name }) => name === "units/a.json")?.text ?? "";
  it.each([
    ["without what was determined", [], /determined\.json` can't be used: it is missing/],
    ["with a file that is not its own", [{ path: "README.md", text: "" }], /README\.md.*no file of the ledger/],
    ["with a file that is not JSON", [{ path: "units/a.json", text: "{" }], /a\.json.*is not JSON/],
    ["with a record that lacks something", [{ path: "units/a.json", text: '{"version":1}' }], /claim/],
    ["with a record of another unit", [{ path: "units/b.json", text }], /b\.json.*about `a`/],
    ["of a newer release", [{ path: "units/a.json", text: '{"version":2}' }], /version 2.*Use the release/],
    ["of a newer release as a whole", [{ path: "determined.json", text: '{"version":9}' }], /version 9/],
  ])("%s is an error that names the file, never an empty one", (_what, files, message) => {
    const determined = filesOf(claimed).filter((file) => files.every(({ path: name }) => name !== file.path));
    const all = files.length === 0 ? filesOf(claimed).slice(1) : [...files, ...determined.slice(0, 1)];
    expect(() => ledgerIn(all)).toThrow(LedgerError);
    expect(() => ledgerIn(all)).toThrow(message);
  });
});
