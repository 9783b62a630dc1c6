import fc from "fast-check";
import { expect, test } from "vitest";
import { markdown, plainText } from "./markdown.js";

test.each([
  ["**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>\n"],
  ["# Title", "<h3>Title</h3>\n"],
  ["###### Small", "<h6>Small</h6>\n"],
  ["[x](https://a.example/)", '<p><a href="https://a.example/" rel="nofollow noopener ugc">x</a></p>\n'],
  ["https://a.example/", '<p><a href="https://a.example/" rel="nofollow noopener ugc">https://a.example/</a></p>\n'],
  ["```sh\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'],
  ["<b>no</b>", "<p>&lt;b&gt;no&lt;/b&gt;</p>\n"],
  ["[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"],
  ["[x](/relative)", "<p>[x](/relative)</p>\n"],
  ["[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>\n"],
])("%j becomes %j", (text, html) => {
  expect(markdown(text)).toBe(html);
});

test("a picture becomes a link, so that its host does not learn who reads", () => {
  expect(markdown("![cat](https://a.example/cat.png)")).not.toContain("<img");
});

test("links lead to http, https and mailto only, whatever is written", () => {
  const word = fc.constantFrom(
    "[x](",
    ")",
    "<",
    ">",
    "javascript:",
    "data:",
    "https://a.example",
    " ",
    "\n",
    "&#106;avascript:",
    '"',
    "`",
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      for (const [, href] of markdown(words.join("")).matchAll(/href="([^"]*)"/g)) {
        expect(href).toMatch(/^($|https?:\/\/|mailto:)/);
      }
    }),
  );
});

test("plainText gives the first words on one line", () => {
  expect(plainText("# A\n\n**b** & <c>\n\n- `d`", 100)).toBe("A b & <c> d");
  expect(plainText("word ".repeat(50), 20)).toBe("word word word word…");
});
