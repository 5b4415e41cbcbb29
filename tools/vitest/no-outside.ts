import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

/**
 * A unit test is pure: it starts no process and asks no server. One that tries is an integration test in the wrong
 * file, and fails.
 */
const refuse = (what: string) => (): never => {
  throw new Error(`a unit test must not ${what}; name the file *.integration.test.ts`);
};

for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync"] as const) {
  Object.defineProperty(childProcess, name, { value: refuse("start a process"), configurable: true });
}
syncBuiltinESMExports();
Object.defineProperty(globalThis, "fetch", { value: refuse("send a request"), configurable: true });
