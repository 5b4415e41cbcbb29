import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, rateLimited } from "./faults.ts";
import { HttpError } from "./http-error.ts";
import type { Validator, Violation } from "./openapi.ts";
import type { Matched } from "./router.ts";
import { Body } from "./routes/body.ts";
import type { Answer, Need } from "./routes/route.ts";
import { PERMISSIONS, type Permission, type Token, userOf } from "./state.ts";
import type { World } from "./world.ts";

/** A request that was answered; `status` null when the connection was closed instead. */
export type Served = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly login: string | null;
  readonly status: number | null;
};

export type Service = {
  readonly world: World;
  readonly route: (method: string, path: string) => Matched | null;
  /** Runs what it is given after everything that it was given before. */
  readonly oneByOne: <T>(work: () => Promise<T>) => Promise<T>;
  readonly validator: Validator;
  readonly takeFault: (method: string, path: string) => Fault;
  readonly violations: Violation[];
  readonly requests: Served[];
};

type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: Token | null;
  readonly text: string;
};

/** Answers one HTTP request: faults, who is asking, GitHub's description, the route, in this order. */
export async function respond(service: Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = await readRequest(service.world, incoming);
  const { method, path } = request;
  const fault = service.takeFault(method, path);
  const served = (status: number | null): void => {
    const login = request.token?.login ?? null;
    service.requests.push({ method, path, query: request.query.toString(), login, status });
  };
  const send = (answer: Answer): void => {
    served(answer.status);
    sendJson(response, answer);
  };
  switch (fault.kind) {
    case "none":
      send(await answerTo(service, request));
      return;
    case "delay":
      await sleep(fault.milliseconds);
      send(await answerTo(service, request));
      return;
    case "status":
      send({ status: fault.status, json: { message: fault.message ?? "Server Error" }, headers: fault.headers ?? {} });
      return;
    case "rate-limit": {
      const { status, message, headers } = rateLimited(fault.limit, fault.seconds, Date.now());
      send({ status, json: { message }, headers });
      return;
    }
    case "store-then-status":
      await answerTo(service, request);
      send({ status: fault.status, json: { message: "Server Error" } });
      return;
    case "html":
      served(200);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><title>Please log in</title><h1>Please log in</h1>");
      return;
    case "truncate": {
      const text = JSON.stringify((await answerTo(service, request)).json ?? null);
      served(200);
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      response.write(text.slice(0, text.length / 2), () => incoming.socket.destroy());
      return;
    }
    case "store-then-drop":
      await answerTo(service, request);
      served(null);
      incoming.socket.destroy();
      return;
    case "drop":
      served(null);
      incoming.socket.destroy();
      return;
    case "hang":
      served(null);
      return;
    default:
      fault satisfies never;
  }
}

async function readRequest(world: World, incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const { pathname, searchParams } = new URL(incoming.url ?? "/", world.apiUrl);
  const [, secret = ""] = /^(?:token|bearer) (.+)$/i.exec(incoming.headers.authorization ?? "") ?? [];
  return {
    method: incoming.method ?? "GET",
    path: pathname,
    query: searchParams,
    token: world.state.tokens.get(secret) ?? null,
    text: Buffer.concat(chunks).toString("utf8"),
  };
}

/** Does what a request asks, and answers as GitHub does. */
async function answerTo(service: Service, request: Request): Promise<Answer> {
  const { method, path, token } = request;
  if (token === null) return refusal(401, "Bad credentials");
  const matched = service.route(method, path);
  if (matched === null) {
    return violated(service, { kind: "route", method, path, status: null, errors: ["this route is not served"] }, 404);
  }
  const { route, params } = matched;
  const { world } = service;
  const named = `${params["owner"] ?? world.owner}/${params["repo"] ?? world.repo}`;
  const isOther = named !== `${world.owner}/${world.repo}`;
  if (params["repo"] !== undefined && !isOther && world.state.settings.isDeleted) return refusal(404, "Not Found");
  if (isOther && !(route.others === true && world.state.settings.others.has(named))) return refusal(404, "Not Found");
  const body = parseBody(request.text);
  if (body === MALFORMED) return refusal(400, "Problems parsing JSON");
  const errors = service.validator.request(route, { params, query: request.query, body });
  if (errors.length > 0) return violated(service, { kind: "request", method, path, status: null, errors }, 422);
  if (!allows(token, route.needs)) return refusal(403, "Resource not accessible by integration");
  const user = userOf(world.state, token.login);
  const call = {
    world,
    url: `${world.apiUrl}${path}`,
    params,
    query: request.query,
    body: new Body(body),
    user,
    token,
  };
  const answer = await service.oneByOne(() => handled(() => route.handle(call)));
  const sent: unknown = answer.json === undefined ? undefined : JSON.parse(JSON.stringify(answer.json));
  const wrong = service.validator.response(route, answer.status, sent);
  if (wrong.length === 0) return answer;
  service.violations.push({ kind: "response", method, path, status: answer.status, errors: wrong });
  return { ...answer, headers: { ...answer.headers, [VIOLATION]: headerText(wrong) } };
}

const VIOLATION = "x-local-github-violation";
const MALFORMED = Symbol("malformed");

function parseBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return MALFORMED;
  }
}

async function handled(handle: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof HttpError) return refusal(error.status, error.message, error.errors);
    throw error;
  }
}

function refusal(status: number, message: string, errors?: readonly unknown[]): Answer {
  const documentation = "https://docs.github.com/rest";
  return {
    status,
    json: {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: documentation,
      status: String(status),
    },
  };
}

function violated(service: Service, violation: Violation, status: number): Answer {
  service.violations.push(violation);
  const text = violation.errors.join("; ");
  const message = `GitHub's API description does not allow ${violation.method} ${violation.path}: ${text}`;
  return { ...refusal(status, message), headers: { [VIOLATION]: headerText(violation.errors) } };
}

const headerText = (errors: readonly string[]): string =>
  errors
    .join("; ")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 2000);

function allows({ permissions }: Token, needs: readonly Need[]): boolean {
  if (needs.length === 0) return true;
  return needs.some((need) => {
    const [permission, level] = need.split(":");
    const granted = isPermission(permission) ? permissions[permission] : undefined;
    return granted === "write" || (granted === "read" && level === "read");
  });
}

const isPermission = (name: string | undefined): name is Permission => PERMISSIONS.some((known) => known === name);

function sendJson(response: ServerResponse, { status, json, headers }: Answer): void {
  const text = json === undefined ? "" : JSON.stringify(json);
  response.writeHead(status, {
    ...(text === "" ? {} : { "content-type": "application/json; charset=utf-8" }),
    "content-length": Buffer.byteLength(text),
    "x-github-request-id": "LOCAL",
    "x-ratelimit-limit": "1000",
    "x-ratelimit-remaining": "999",
    ...headers,
  });
  response.end(text);
}
