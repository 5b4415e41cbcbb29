import { describe, expect, it } from "vitest";
import { readSecrets } from "./secrets.ts";

describe("the secrets of a job", () => {
  it("are none when nothing is given", () => {
    expect(readSecrets(null)).toEqual({});
  });

  it("come as one JSON object", () => {
    expect(readSecrets('{"DATADOG_API_KEY": "a", "B_2": "line\\nline"}')).toEqual({
      DATADOG_API_KEY: "a",
      B_2: "line\nline",
    });
  });

  it.each([
    ["no JSON", "hunter22", "JSON object"],
    ["a list", '["hunter22"]', "JSON object"],
    ["a value that is no text", '{"A": {"b": "hunter22"}}', "names and texts"],
    ["a name that is no variable", '{"A B": "hunter22"}', "names and texts"],
    ["a name that would steer the tools", '{"TF_CLI_ARGS": "hunter22"}', "TF_CLI_ARGS"],
    ["a name that would steer Node", '{"NODE_OPTIONS": "hunter22"}', "NODE_OPTIONS"],
  ])("%s is refused without showing a value", (_what, text, message) => {
    expect(() => readSecrets(text)).toThrow(message);
    expect(() => readSecrets(text)).not.toThrow("hunter22");
  });
});
