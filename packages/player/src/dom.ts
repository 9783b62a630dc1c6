/** What an element is to have: attributes, of which `false` and `undefined` take one away; functions listen to the event of
 *  that name. */
export type Attributes = Record<string, string | number | boolean | undefined | ((event: never) => void)>;

/** Makes an HTML element. Text children become text nodes, so nothing is ever parsed as markup. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.append(...children);
  return set(element, attributes);
}

/** Makes an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  element.append(...children);
  return set(element, attributes);
}

/** Makes a button that shows a picture or a word and is announced as `label`. */
export function button(
  className: string,
  label: string | undefined,
  click: () => void,
  ...children: (Node | string)[]
): HTMLButtonElement {
  return html("button", { type: "button", class: className, "aria-label": label, click }, ...children);
}

/** Where an element's focus and full screen are known: the document or a shadow root. */
export function rootOf(element: Element): Document | ShadowRoot {
  return element.getRootNode() as Document | ShadowRoot;
}

/** Whether the whole screen is an element's, rather than that of something around it. */
export function isFullscreen(element: Element): boolean {
  return rootOf(element).fullscreenElement === element;
}

/** Gives an element attributes and listeners. */
export function set<E extends Element>(element: E, attributes: Attributes): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as (event: Event) => void);
    else if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : `${value}`);
  }
  return element;
}
