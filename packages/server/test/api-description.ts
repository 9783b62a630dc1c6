import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { recordingDescription } from "../src/recordings/openapi.js";
import { streamDescription } from "../src/streams/openapi.js";
import { openApi } from "../src/web/openapi.js";

/** What the server says its interface is. */
export const description = openApi("http://casts.example.org", "0.0.0", [recordingDescription, streamDescription]);

interface Described {
  content?: Record<string, { schema: object }>;
  headers?: Record<string, { required?: boolean; schema: object }>;
}

interface Operation {
  responses: Record<string, Described>;
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictTypes: false });
ajv.addKeyword("components").addFormat("uri", (text: string) => URL.canParse(text));
ajv.addSchema({ $id: "api:", components: description.components });
const compiled = new Map<string, ValidateFunction>();

/** All operations: method, path with placeholders, what it may be answered with. */
export const operations = Object.entries(description.paths).flatMap(([path, entry]) =>
  Object.entries(entry)
    .filter(([method]) => method !== "parameters")
    .map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      responses: (operation as Operation).responses,
    })),
);

/** What a schema of the description has against a value; nothing when it fits. */
export function misfits(schema: object, value: unknown): string[] {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api:#/components/');
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
  compiled.set(text, validate);
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Checks a real answer against the description.
 *
 *  @returns  the operation's path and what does not fit; `undefined` for what is not described */
export async function checkAnswer(
  method: string,
  path: string,
  answer: Response,
): Promise<{ operation: string; wrong: string[] } | undefined> {
  const found = operations.find(
    (one) => one.method === method.toUpperCase() && new RegExp(`^${one.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  if (!found) return undefined;
  const operation = `${found.method} ${found.path} ${answer.status}`;
  const described = found.responses[answer.status];
  if (!described) return { operation, wrong: [`${answer.status} is not described`] };
  const wrong: string[] = [];
  for (const [name, { required, schema }] of Object.entries(described.headers ?? {})) {
    const value = answer.headers.get(name);
    if (value === null ? required : misfits(schema, /^\d+$/.test(value) ? Number(value) : value).length > 0) {
      wrong.push(`header ${name} is ${value}`);
    }
  }
  const text = await answer.text();
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
  const content = described.content?.[type];
  if (content) wrong.push(...misfits(content.schema, JSON.parse(text)));
  else if (described.content || text !== "") wrong.push(`a body of type ${JSON.stringify(type)} is not described`);
  return { operation, wrong };
}
