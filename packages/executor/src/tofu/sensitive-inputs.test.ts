import { expect, test } from "vitest";
import { sensitiveInHcl } from "./sensitive-inputs.ts";

test.each([
  ['variable "a" {\n  sensitive = true\n}', ["a"]],
  ['variable "a" { sensitive = true }', ["a"]],
  ['variable "a" {\n  type = object({ x = string })\n  sensitive=true\n}\nvariable "b" {}', ["a"]],
  ['variable "a" {\n  sensitive = false\n}\nvariable "b" {\n  sensitive = true\n}', ["b"]],
  ['output "o" {\n  sensitive = true\n}', []],
  ['variable "a" {\n  type = string\n}\noutput "o" {\n  sensitive = true\n}', []],
  ['variable "a" {', []],
])("%j declares %j as sensitive", (text, names) => {
  expect(sensitiveInHcl(text)).toEqual(names);
});
