import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Sketch, snapshotOf } from "../../test/snapshots.ts";
import { isAnyGone, movesBetween, type Rename } from "./moves.ts";

function moves(before: Sketch, after: Sketch, renames: readonly Rename[] = []): string[] {
  const [base, head] = [snapshotOf("a", before), snapshotOf("b", after)];
  return [...movesBetween(base, head, renames)]
    .filter(([unit]) => base.units.has(unit))
    .map(([old, now]) => `${old} → ${now}`)
    .toSorted();
}
const generated = (content: string) => ({ generated: content });

describe("a unit that moved", () => {
  it.each<[string, Sketch, Sketch, Rename[], string[]]>([
    ["git saw its file move", { a: {} }, { b: {} }, [["a/terragrunt.hcl", "b/terragrunt.hcl"]], ["a → b"]],
    ["git saw nothing alike", { a: {} }, { b: {} }, [], []],
    [
      "the file of its stack moved",
      { "dev/.terragrunt-stack/vpc": generated("1"), "dev/.terragrunt-stack/db": generated("2") },
      { "eu/dev/.terragrunt-stack/vpc": generated("9"), "eu/dev/.terragrunt-stack/db": generated("8") },
      [["dev/terragrunt.stack.hcl", "eu/dev/terragrunt.stack.hcl"]],
      [
        "dev/.terragrunt-stack/db → eu/dev/.terragrunt-stack/db",
        "dev/.terragrunt-stack/vpc → eu/dev/.terragrunt-stack/vpc",
      ],
    ],
    [
      "a stack took it over",
      { "prod/vpc": {} },
      { "prod/.terragrunt-stack/vpc": generated("1") },
      [],
      ["prod/vpc → prod/.terragrunt-stack/vpc"],
    ],
    [
      "a stack gave it up",
      { "prod/.terragrunt-stack/vpc": generated("1") },
      { "prod/network/vpc": {} },
      [],
      ["prod/.terragrunt-stack/vpc → prod/network/vpc"],
    ],
    [
      "it moved inside of its stack, while another one with the same content goes",
      { "s/.terragrunt-stack/a": generated("1"), "s/.terragrunt-stack/b": generated("1") },
      { "s/.terragrunt-stack/moved/a": generated("1") },
      [],
      ["s/.terragrunt-stack/a → s/.terragrunt-stack/moved/a"],
    ],
    [
      "its name in the stack changed and its content did not",
      { "s/.terragrunt-stack/a": generated("1") },
      { "s/.terragrunt-stack/c": generated("1") },
      [],
      ["s/.terragrunt-stack/a → s/.terragrunt-stack/c"],
    ],
    [
      "a template of the same name is used by no stack any more",
      { "s/.terragrunt-stack/a": generated("1"), other: { files: ["catalog/a/terragrunt.hcl"] } },
      { "catalog/a": {}, other: {} },
      [],
      [],
    ],
    [
      "only a different unit came",
      { "s/.terragrunt-stack/a": generated("1") },
      { "s/.terragrunt-stack/c": generated("2") },
      [],
      [],
    ],
  ])("is paired as it should be: %s", (_what, before, after, renames, expected) => {
    expect(moves(before, after, renames)).toEqual(expected);
  });

  it("is the new home of one removed unit at most, and is paired from both sides", () => {
    const contents = fc.constantFrom("1", "2");
    const sketches = fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c", "x/a", "x/b", "y/c"), contents))
      .map((rows): Sketch => Object.fromEntries(rows.map(([name, content]) => [name, generated(content)])));
    fc.assert(
      fc.property(sketches, sketches, (before, after) => {
        const [base, head] = [snapshotOf("a", before), snapshotOf("b", after)];
        const pairs = movesBetween(base, head, []);
        for (const [one, other] of pairs) {
          expect(pairs.get(other)).toBe(one);
          expect(base.units.has(one)).not.toBe(head.units.has(one));
          expect(base.units.has(one)).toBe(head.units.has(other));
        }
      }),
    );
  });

  it("can be there only when a unit is gone", () => {
    expect(isAnyGone(snapshotOf("a", { a: {} }), snapshotOf("b", { a: {}, b: {} }))).toBe(false);
    expect(isAnyGone(snapshotOf("a", { a: {} }), snapshotOf("b", { b: {} }))).toBe(true);
  });
});
