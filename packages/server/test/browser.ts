import type { TestServer } from "./harness.js";

/** A page as a browser without script has it. */
export interface Opened {
  status: number;
  /** The address at which redirects ended. */
  path: string;
  html: string;
  headers: Headers;
  /** The text without markup, on one line. */
  text: string;
}

/** A browser without script: keeps cookies, follows redirects, fills in and sends the forms of the page that it is on. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  page: Opened = { status: 0, path: "/", html: "", headers: new Headers(), text: "" };

  constructor(
    private readonly server: TestServer,
    private readonly options: { from?: string; userAgent?: string } = {},
  ) {}

  async open(path: string): Promise<Opened> {
    return this.go(path, { method: "GET" });
  }

  /** Sends the form with an action, as it is on the page but for the given values. */
  async submit(action: string, values: Record<string, string> = {}): Promise<Opened> {
    const form = this.page.html
      .match(/<form[\s\S]*?<\/form>/g)
      ?.find((one) => /action="([^"]*)"/.exec(one)?.[1] === action);
    if (!form) throw new Error(`${this.page.path} has no form for ${action}`);
    const fields = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*>/g)) {
      const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1];
      const [name, type] = [attribute("name"), attribute("type")];
      if (!name || ((type === "radio" || type === "checkbox") && !/ checked/.test(input))) continue;
      fields.set(name, unescaped(attribute("value") ?? (type === "checkbox" ? "on" : "")));
    }
    for (const [, name, text] of form.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n?([\s\S]*?)<\/textarea>/g)) {
      fields.set(name!, unescaped(text!));
    }
    for (const [, name, options] of form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
      fields.set(name!, /<option value="([^"]*)"[^>]* selected/.exec(options!)?.[1] ?? "");
    }
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    return this.post(action, fields);
  }

  /** Sends the form with an action with a file in its field `file`. */
  async attach(action: string, content: string | Uint8Array, values: Record<string, string> = {}): Promise<Opened> {
    const form = this.page.html
      .match(/<form[\s\S]*?<\/form>/g)
      ?.find((one) => /action="([^"]*)"/.exec(one)?.[1] === action && one.includes("multipart/form-data"));
    if (!form) throw new Error(`${this.page.path} has no form for a file for ${action}`);
    const token = /name="_token" value="([^"]*)"/.exec(form)![1]!;
    const body = new FormData();
    for (const [name, value] of Object.entries({ _token: token, ...values })) body.append(name, value);
    body.append("file", new Blob([content as string]), "demo.cast");
    return this.go(action, { method: "POST", body, headers: { origin: "http://casts.example.org" } });
  }

  /** Sends fields to an address, with a browser's headers unless told otherwise. */
  async post(
    path: string,
    fields: URLSearchParams | Record<string, string>,
    headers: Record<string, string> = { origin: "http://casts.example.org" },
  ): Promise<Opened> {
    return this.go(path, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });
  }

  private async go(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Opened> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await this.server.request(path, {
      ...init,
      headers: {
        accept: "text/html,*/*;q=0.8",
        "user-agent": this.options.userAgent ?? "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0",
        ...(cookie && { cookie }),
        ...init.headers,
      },
      ...(this.options.from && { from: this.options.from }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/max-age=0(;|$)/i.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    const location = answer.headers.get("location");
    if (location && answer.status >= 300 && answer.status < 400) return this.open(location);
    const html = await answer.text();
    const text = unescaped(
      html.replace(/<\/?(b|code)>/g, "").replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, " "),
    ).replace(/\s+/g, " ");
    this.page = { status: answer.status, path, html, headers: answer.headers, text };
    return this.page;
  }
}

/** Makes an account, or signs in to one, by the link in a mail. */
export async function signIn(server: TestServer, username: string, browser = new TestBrowser(server)) {
  await browser.open("/login/new");
  await browser.submit("/login", { identity: `${username}@example.org` });
  await browser.open(await mailedLink(server));
  await browser.submit("/session", browser.page.html.includes('name="username"') ? { username } : {});
  if (!browser.page.html.includes(`href="/~${username}"`)) throw new Error(`not signed in: ${browser.page.text}`);
  return browser;
}

/** The path of the link in the last mail. */
export async function mailedLink(server: TestServer): Promise<string> {
  await server.settled();
  const link = /^http:\S+$/m.exec(server.mails.at(-1)?.text ?? "")?.[0];
  if (!link) throw new Error("no link was mailed");
  const { pathname, search } = new URL(link);
  return pathname + search;
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
