import { expect, test } from "vitest";
import { makeWorld, passing, unitAt } from "./world.ts";

test("a job that is out of time starts no further unit, and says of each that it stays due", async () => {
  await using world = await makeWorld({
    ...{ ...unitAt("a", passing("a")), ...unitAt("b", passing("b")) },
    ".pipelines/config.yml":
      'environments:\n  prod: { paths: ["**"] }\njobs: { parallelism: 1, timeout_minutes: 10 }\n',
  });
  let minutes = 0;
  const units = [
    { path: "a", after: [] },
    { path: "b", after: ["a"] },
  ];
  const { ends } = await world.run(
    { units, environment: "prod", action: "apply" },
    {
      clock: () => minutes * 60_000,
      progress: {
        started: () => undefined,
        // The job has an hour: by then another unit could be cut off in the middle.
        ended: () => {
          minutes += 46;
        },
      },
    },
  );
  expect(ends).toMatchObject({
    a: { kind: "changed" },
    b: {
      kind: "interrupted",
      at: "init",
      message: expect.stringContaining("It stays due. Nothing of it was changed."),
    },
  });
  expect(await world.stateOf("b")).toEqual({});
});
