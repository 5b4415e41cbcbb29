import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, recording, runOf, unit } from "../../test/ledger.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { toolEnvironment } from "../process/environment.ts";
import { run } from "../process/run.ts";
import { gitAuthentication } from "./git.ts";
import { type LedgerStore, openLedgerStore } from "./store.ts";
import { LEDGER_REF, LedgerError } from "./tree.ts";
import { type LedgerChange, type Patience, updateLedger } from "./update.ts";

const env = { ...toolEnvironment(process.env), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
const patience: Patience = { attempts: 40, refusals: 2, wait: (ms) => sleep(ms / 4), random: Math.random };

let remote = "";
beforeEach(async () => {
  remote = await mkdtemp(join(tmpdir(), "ledger-remote-"));
  await git("init", "--quiet", "--bare");
});
afterEach(() => rm(remote, { recursive: true, force: true }));

async function git(...args: string[]): Promise<string> {
  const ran = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: remote, env });
  if (ran.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
  return ran.stdout.trim();
}

/** The claim of a run for units at a commit, as a change of the ledger. */
const claimOf =
  (number: number, ...units: string[]) =>
  (ledger: Ledger): LedgerChange<readonly string[]> => {
    const at = (ledger.determined?.claim ?? 0) + 1;
    const claimed = claiming(ledger, runOf(number), at, units);
    return { ledger: claimed.ledger, message: `Run ${number}: claims ${units.join(", ")}`, result: claimed.taken };
  };
const claimedOnce =
  (number: number, head: number, ...units: string[]) =>
  (ledger: Ledger): LedgerChange<null> => ({
    ledger: claiming(ledger, runOf(number), head, units, { seen: 0, tip: commit(99) }).ledger,
    message: `Run ${number} at ${head}`,
    result: null,
  });

describe("the ledger's ref", () => {
  it("is empty where there is none, and comes back as it was written, whatever units are called", async () => {
    await using store = await openLedgerStore(remote, env);
    expect(await store.read()).toMatchObject({ commit: null, ledger: { determined: null } });
    const odd = [".", "a", "a/b", "a.json/b", 'q"uo\\te', "new\nline", "ü/日本", "tab\t", "100%", "-n", "units"];
    const { ledger } = await updateLedger(store, claimOf(1, ...odd), patience);
    await using other = await openLedgerStore(remote, env);
    const { ledger: read } = await other.read();
    expect(read).toEqual(ledger);
    expect([...read.units.keys()].toSorted()).toEqual(odd.toSorted());
    await git("fsck", "--strict");
  });

  it("has a history that reads like one, and a change that was made already adds nothing to it", async () => {
    await using store = await openLedgerStore(remote, env);
    await updateLedger(store, claimedOnce(1, 1, "a"), patience);
    await updateLedger(
      store,
      (ledger) => ({
        ledger: recording(ledger, runOf(1), 1, { a: CHANGED }),
        message: "Run 1: 1 applied\n\napplied a at 1",
        result: null,
      }),
      patience,
    );
    await updateLedger(store, claimedOnce(1, 1, "a"), patience);
    expect(await git("log", "--format=%an: %s", LEDGER_REF)).toBe("Pipelines: Run 1: 1 applied\nPipelines: Run 1 at 1");
  });

  it("is read at its newest commit alone, and goes on from there", async () => {
    for (const number of [1, 2, 3]) {
      await using store = await openLedgerStore(`file://${remote}`, env);
      await updateLedger(store, claimOf(number, `unit-${number}`), patience);
      expect((await store.read()).ledger.units.size).toBe(number);
    }
    expect(await git("rev-list", "--count", LEDGER_REF)).toBe("3");
  });

  it("keeps every record of ten runs that write at once", async () => {
    const runs = Array.from({ length: 10 }, (_, index) => index + 1);
    const results = await Promise.all(
      runs.map(async (number) => {
        await using store = await openLedgerStore(remote, env);
        const { tries } = await updateLedger(store, claimOf(number, `own-${number}`, "shared"), patience);
        await updateLedger(
          store,
          (ledger) => {
            const due = ledger.units.get(unit(`own-${number}`))?.due;
            const head = Number.parseInt(due?.commit ?? "0", 16);
            return {
              ledger: recording(ledger, runOf(number), head, { [`own-${number}`]: CHANGED }),
              message: `Run ${number}: 1 applied`,
              result: null,
            };
          },
          patience,
        );
        return tries;
      }),
    );
    await using store = await openLedgerStore(remote, env);
    const { ledger } = await store.read();
    for (const number of runs) expect(ledger.units.get(unit(`own-${number}`))?.applied?.run).toEqual(runOf(number));
    expect(ledger.determined?.claim).toBe(10);
    // The last claim has the unit that all of them wanted, with the commits of all.
    expect(ledger.units.get(unit("shared"))?.due?.commits).toHaveLength(10);
    expect(await git("rev-list", "--count", LEDGER_REF)).toBe("20");
    expect(results.some((tries) => tries > 1)).toBe(true);
  });
});

describe("a ledger that can't be had or written", () => {
  /** Makes the ref's tree hold a file. */
  async function plant(path: string, text: string): Promise<void> {
    await writeFile(join(remote, "planted"), text);
    const blob = await git("hash-object", "-w", "planted");
    await git("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
    const tree = await git("write-tree");
    await git("update-ref", LEDGER_REF, await git("commit-tree", "-m", "by hand", tree));
  }

  it("is an error where the remote can't be reached", async () => {
    await using store = await openLedgerStore(`${remote}-gone`, env);
    await expect(store.read()).rejects.toThrow(LedgerError);
  });

  it.each([
    ["determined.json", "{}"],
    ["units/a.json", "{"],
    ["notes.txt", "hello"],
  ])("is an error where %s was written by hand, and nothing is written over it", async (path, text) => {
    await plant(path, text);
    const before = await git("rev-parse", LEDGER_REF);
    await using store = await openLedgerStore(remote, env);
    await expect(store.read()).rejects.toThrow(LedgerError);
    await expect(updateLedger(store, claimOf(1, "a"), patience)).rejects.toThrow(LedgerError);
    expect(await git("rev-parse", LEDGER_REF)).toBe(before);
  });

  it("is an error where a ref holds nothing", async () => {
    const tree = await git("hash-object", "-t", "tree", "-w", "/dev/null");
    await git("update-ref", LEDGER_REF, await git("commit-tree", "-m", "emptied", tree));
    await using store = await openLedgerStore(remote, env);
    await expect(store.read()).rejects.toThrow(/determined\.json.*missing/);
  });

  it("is an error that says what is needed where the server refuses", async () => {
    await writeFile(join(remote, "hooks", "pre-receive"), "#!/bin/sh\necho 'no pushes here' >&2\nexit 1\n", {
      mode: 0o755,
    });
    await using store = await openLedgerStore(remote, env);
    await expect(updateLedger(store, claimOf(1, "a"), patience)).rejects.toThrow(
      /no pushes here[\s\S]*contents: write/,
    );
  });

  it("is written once when the answer to the push gets lost", async () => {
    await using store = await openLedgerStore(remote, env);
    let lost = 0;
    const lossy: LedgerStore = {
      read: store.read,
      async write(...args) {
        const written = await store.write(...args);
        lost += 1;
        return lost === 1 ? { kind: "refused", why: "connection reset" } : written;
      },
    };
    await updateLedger(lossy, claimedOnce(1, 1, "a"), patience);
    expect(await git("rev-list", "--count", LEDGER_REF)).toBe("1");
  });

  it("gives up after a while when others are always faster", async () => {
    await using store = await openLedgerStore(remote, env);
    await using other = await openLedgerStore(remote, env);
    let number = 10;
    const slow: LedgerStore = {
      read: store.read,
      async write(...args) {
        number += 1;
        await updateLedger(other, claimOf(number, `x-${number}`), patience);
        return store.write(...args);
      },
    };
    await expect(updateLedger(slow, claimOf(1, "a"), { ...patience, attempts: 3 })).rejects.toThrow(/faster 3 times/);
  });
});

it("a token is in no argument and goes to its own server alone", () => {
  const variables = gitAuthentication("s3cret", "https://github.example.com/anything");
  expect(variables["GIT_CONFIG_KEY_0"]).toBe("http.https://github.example.com/.extraheader");
  expect(Buffer.from(variables["GIT_CONFIG_VALUE_0"]?.split(" ").at(-1) ?? "", "base64").toString()).toBe(
    "x-access-token:s3cret",
  );
});
