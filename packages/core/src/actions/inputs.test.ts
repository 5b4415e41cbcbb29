import { describe, expect, it } from "vitest";
import { InputError, inputsFrom } from "./inputs.ts";

describe("inputs of an action", () => {
  const inputs = inputsFrom({
    PIPELINES_A_B: " value ",
    PIPELINES_EMPTY: "  ",
    PIPELINES_YES: "true",
    PIPELINES_NO: "false",
    PIPELINES_ODD: "True",
    PIPELINES_N: "12",
    PIPELINES_ZERO: "0",
  });

  it("are trimmed, and empty counts as not given", () => {
    expect(inputs.required("a-b")).toBe("value");
    expect(inputs.optional("empty")).toBeNull();
    expect(() => inputs.required("empty")).toThrow(InputError);
  });

  it("take `false` for false, and nothing but true and false for a flag", () => {
    expect(inputs.flag("yes", false)).toBe(true);
    expect(inputs.flag("no", true)).toBe(false);
    expect(inputs.flag("missing", true)).toBe(true);
    expect(() => inputs.flag("odd", false)).toThrow("input `odd` must be `true` or `false`, not `True`");
  });

  it("name the choices when a value is none of them", () => {
    expect(inputs.choice("missing", ["run", "report"], "run")).toBe("run");
    expect(() => inputs.choice("a-b", ["run", "report"])).toThrow("must be one of run, report");
    expect(() => inputs.choice("missing", ["run", "report"])).toThrow("must be one of run, report");
  });

  it("take whole numbers from 1 on", () => {
    expect(inputs.positiveInteger("n")).toBe(12);
    expect(inputs.positiveInteger("missing", 1)).toBe(1);
    expect(() => inputs.positiveInteger("zero")).toThrow("whole number");
    expect(() => inputs.positiveInteger("missing")).toThrow("is required");
  });
});
