import { describe, expect, it } from "vitest";
import { prune } from "./prune.ts";

const document = {
  paths: {
    "/a": {
      get: {
        operationId: "a/get",
        description: "prose",
        responses: { "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/a" } } } } },
      },
      post: { operationId: "a/create", responses: {} },
    },
  },
  components: {
    schemas: {
      a: { type: "object", properties: { description: { type: "string" }, b: { $ref: "#/components/schemas/b" } } },
      b: { nullable: true, enum: ["x"] },
      unused: { type: "string" },
    },
  },
};

describe("pruning GitHub's description", () => {
  const pruned = prune("key", document, ["GET /a"]);

  it("keeps only the operations asked for, and what they reach", () => {
    expect(Object.keys(pruned.paths["/a"] ?? {})).toEqual(["get"]);
    expect(pruned.components).toHaveProperty("schemas.b");
    expect(pruned.components).not.toHaveProperty("schemas.unused");
  });

  it("drops prose but no property that is called like it", () => {
    expect(pruned.paths).not.toHaveProperty(["/a", "get", "description"]);
    expect(pruned.components).toHaveProperty("schemas.a.properties.description", { type: "string" });
  });

  it("turns nullable into a choice with null", () => {
    expect(pruned.components).toHaveProperty("schemas.b", { anyOf: [{ enum: ["x"] }, { type: "null" }] });
  });

  it("names an operation that GitHub does not have", () => {
    expect(() => prune("key", document, ["DELETE /a"])).toThrow("no operation DELETE /a");
  });
});
