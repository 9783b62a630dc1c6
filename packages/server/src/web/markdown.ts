import MarkdownIt from "markdown-it";

/** Turns an owner's Markdown into markup that cannot do anything: HTML in it stays text, links lead to http, https and
 *  mailto only, pictures become links, headings stand below those of the page. */
export function markdown(text: string): string {
  renderer ??= createRenderer();
  return renderer.render(text);
}

let renderer: ReturnType<typeof createRenderer> | undefined;

function createRenderer() {
  const md = new MarkdownIt({ html: false, linkify: true });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url.trim());
  // A picture from elsewhere would tell its host who reads the page.
  md.disable("image");
  const heading = (change: string) => (tokens: { tag: string }[], index: number) => {
    const level = Math.min(6, Number(tokens[index]!.tag.slice(1)) + 2);
    return change.replace("N", String(level));
  };
  md.renderer.rules["heading_open"] = heading("<hN>");
  md.renderer.rules["heading_close"] = heading("</hN>\n");
  md.renderer.rules["link_open"] = (tokens, index, options, _, self) => {
    tokens[index]!.attrSet("rel", "nofollow noopener ugc");
    return self.renderToken(tokens, index, options);
  };
  md.renderer.rules["code_block"] = md.renderer.rules["fence"] = (tokens, index) =>
    `<pre tabindex="0"><code>${md.utils.escapeHtml(tokens[index]!.content)}</code></pre>\n`;
  return md;
}

/** The first words of a Markdown text without its marks, on one line. */
export function plainText(text: string, most: number): string {
  const words = markdown(text)
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();
  return words.length <= most ? words : `${words.slice(0, most - 1).trimEnd()}…`;
}
