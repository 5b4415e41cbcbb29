import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { type Description, isNode, type Node, nodeAt, readDescription } from "./prune.ts";
import type { Route } from "./routes/route.ts";

/** A request or response that GitHub's own description does not allow. */
export type Violation = {
  /** `request`: the client is wrong. `response`: the local GitHub is. `route`: nothing of the kind is served. */
  readonly kind: "request" | "response" | "route";
  readonly method: string;
  readonly path: string;
  /** The status of a wrong response. */
  readonly status: number | null;
  readonly errors: readonly string[];
};

export type RequestParts = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** `undefined`: no body was sent. */
  readonly body: unknown;
};

/** Checks requests and responses; each answers what is wrong, nothing when all is well. */
export type Validator = {
  readonly request: (route: Route, parts: RequestParts) => string[];
  readonly response: (route: Route, status: number, body: unknown) => string[];
};

/** A validator that allows everything, for where GitHub's description is not installed. */
export const lenient: Validator = { request: () => [], response: () => [] };

/** Makes the validator of the served operations out of GitHub's description. */
export async function createValidator(routes: readonly Route[]): Promise<Validator> {
  const description = await readDescription(routes.map(({ method, path }) => `${method} ${path}`));
  return validatorOf(description);
}

type Parameter = {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly pointer: string;
};

function validatorOf(description: Description): Validator {
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  // Texts of a query become the numbers and booleans that they stand for.
  const coercing = new Ajv({ strict: false, logger: false, allErrors: true, coerceTypes: "array" });
  for (const instance of [ajv, coercing]) {
    formats.default(instance);
    instance.addSchema({ $id: "github", ...description });
  }
  const compiled = new Map<string, ValidateFunction>();
  const check = (instance: Ajv, pointer: string, value: unknown, label: string): string[] => {
    const key = `${instance === ajv} ${pointer}`;
    const validate = compiled.get(key) ?? instance.compile({ $ref: `github#${pointer}` });
    compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => {
      const allowed =
        isNode(error.params) && "allowedValues" in error.params ? `: ${error.params["allowedValues"]}` : "";
      return `${label}${error.instancePath} ${error.message ?? "is wrong"}${allowed}`;
    });
  };
  const resolved = (node: unknown, pointer: string): { node: Node; pointer: string } => {
    const reference = isNode(node) ? node["$ref"] : undefined;
    if (typeof reference !== "string") return { node: isNode(node) ? node : {}, pointer };
    const target = reference.slice(1);
    return resolved(nodeAt(description, target.split("/").slice(1)), target);
  };
  const operationOf = (route: Route) => ({
    operation: nodeAt(description.paths, [route.path, route.method.toLowerCase()]),
    pointer: `/paths/${escapePointer(route.path)}/${route.method.toLowerCase()}`,
  });
  const parametersOf = (route: Route): Parameter[] => {
    const { operation, pointer } = operationOf(route);
    const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
    return parameters.map((parameter: unknown, index) => {
      const found = resolved(parameter, `${pointer}/parameters/${index}`);
      return {
        name: String(found.node["name"]),
        place: String(found.node["in"]),
        required: found.node["required"] === true,
        pointer: `${found.pointer}/schema`,
      };
    });
  };
  const checkParameters = (route: Route, { params, query }: RequestParts): string[] => {
    const known = parametersOf(route);
    const errors = known.flatMap(({ name, place, required, pointer }) => {
      const value = place === "path" ? params[name] : place === "query" ? query.get(name) : null;
      if (value === null || value === undefined) {
        return required && place === "query" ? [`query: ${name} is missing`] : [];
      }
      return check(coercing, pointer, value, `${place}: ${name}`);
    });
    const names = new Set(known.filter(({ place }) => place === "query").map(({ name }) => name));
    const unknown = [...new Set(query.keys())].filter((name) => !names.has(name));
    return [...errors, ...unknown.map((name) => `query: there is no parameter ${name}`)];
  };
  const checkBody = (route: Route, body: unknown): string[] => {
    const { operation, pointer } = operationOf(route);
    const found = resolved(operation["requestBody"], `${pointer}/requestBody`);
    const media = nodeAt(found.node, ["content", "application/json"]);
    if (media["schema"] === undefined) return body === undefined ? [] : ["body: none is allowed here"];
    if (body === undefined) return found.node["required"] === true ? ["body: is missing"] : [];
    const schema = resolved(media["schema"], `${found.pointer}/content/application~1json/schema`);
    return [...check(ajv, schema.pointer, body, "body: "), ...unknownFields(schema.node, body)];
  };
  return {
    request: (route, parts) => [...checkParameters(route, parts), ...checkBody(route, parts.body)],
    response(route, status, body) {
      const { operation, pointer } = operationOf(route);
      const described = nodeAt(operation, ["responses"])[String(status)];
      if (described === undefined) {
        // GitHub describes few of its refusals; every success is described.
        return status >= 400 ? [] : [`status ${status} is not among GitHub's answers`];
      }
      const found = resolved(described, `${pointer}/responses/${status}`);
      if (nodeAt(found.node, ["content", "application/json"])["schema"] === undefined) {
        return body === undefined || status >= 400 ? [] : ["body: none is described"];
      }
      return check(ajv, `${found.pointer}/content/application~1json/schema`, body, "body: ");
    },
  };
}

/** Fields that GitHub would leave unread: in a client always a mistake, though GitHub's schemas allow them. */
function unknownFields(schema: Node, body: unknown): string[] {
  if (!isNode(schema["properties"]) || !isNode(body)) return [];
  const known = schema["properties"];
  return Object.keys(body)
    .filter((name) => known[name] === undefined)
    .map((name) => `body: there is no field ${name}`);
}

const escapePointer = (text: string): string => encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));
