import { describe, expect, it } from "vitest";
import { readSecrets } from "./secrets.ts";

const warnings: string[] = [];
const read = (text: string | null) => readSecrets(text, (message) => warnings.push(message));

describe("the secrets of a job", () => {
  it("are none when nothing is given", () => {
    expect(read(null)).toEqual({});
  });

  it("come as one JSON object", () => {
    expect(read('{"DATADOG_API_KEY": "a", "B_2": "line\\nline"}')).toEqual({
      DATADOG_API_KEY: "a",
      B_2: "line\nline",
    });
  });

  it("that are stored in several lines are taken, with advice: the runner masks each of the lines", () => {
    const value = { A: "hunter22", B: "x" };
    warnings.length = 0;
    expect(read(JSON.stringify(value))).toEqual(value);
    expect(warnings).toEqual([]);
    expect(read(JSON.stringify(value, null, 2))).toEqual(value);
    expect(warnings).toEqual([expect.stringContaining("jq -c")]);
    expect(warnings.join()).not.toContain("hunter22");
  });

  it.each([
    ["no JSON", "hunter22", "JSON object"],
    ["a list", '["hunter22"]', "JSON object"],
    ["a value that is no text", '{"A": {"b": "hunter22"}}', "names and texts"],
    ["a name that is no variable", '{"A B": "hunter22"}', "names and texts"],
    ["a name that would steer the tools", '{"TF_CLI_ARGS": "hunter22"}', "TF_CLI_ARGS"],
    ["a name that would steer Node", '{"NODE_OPTIONS": "hunter22"}', "NODE_OPTIONS"],
  ])("%s is refused without showing a value", (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).not.toThrow("hunter22");
  });
});
