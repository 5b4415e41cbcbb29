import { expect, it } from "vitest";
import { reasonIn, withoutRoot } from "./reason.ts";

it.each<[string, string, string]>([
  [
    "the errors without times and advice",
    "10:00:00.000 INFO   TIP: see the docs\n10:00:00.001 ERROR  on a.hcl line 6\n10:00:00.001 ERROR  not expected here\n",
    "on a.hcl line 6\nnot expected here",
  ],
  [
    "lines without a time as a part of the error before them",
    "10:00:00.001 ERROR  failed to read\n  a.hcl:6\n10:00:00.002 INFO   done\nand more\n",
    "failed to read\n  a.hcl:6",
  ],
  [
    "the error that it names behind its advice",
    "10:00:00.001 ERROR  failed to fetch unit a. Try this.\nOriginal error: no such\nfolder\nfailed to fetch unit b\n",
    "no such\nfolder",
  ],
  ["the end of what is no log", "1\n2\n3\n4\n5\n6\n", "2\n3\n4\n5\n6"],
])("%s", (_what, log, reason) => {
  expect(reasonIn(log)).toBe(reason);
});

it.each([
  ["at /tmp/x/app/a.hcl:3, and (/tmp/x/b.hcl)", "at app/a.hcl:3, and (b.hcl)"],
  ["no file at /tmp/x/app//tmp/x/env.yaml", "no file at app/(repository)/env.yaml"],
  ["no file at /tmp/x/app/tmp/x/env.yaml", "no file at app/(repository)/env.yaml"],
  ["/tmp/xy/a", "/tmp/xy/a"],
])("paths of the checkout are reported as the repository's: %s", (text, told) => {
  expect(withoutRoot(text, "/tmp/x")).toBe(told);
});
