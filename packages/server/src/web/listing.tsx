import type { Child, FC, PropsWithChildren } from "hono/jsx";
import { Command, count } from "./components.js";

interface PagingProps {
  page: number;
  pages: number;
  /** Of the first page. */
  address: string;
}

/** A list, page by page: how many there are, those on this page, the way to the others.
 *
 *  @param props.instead  what is there when there is nothing; `undefined` when there is something
 *  @param props.action   how to make another one */
export const Listing: FC<
  PropsWithChildren<PagingProps & { title: string; total: number; instead: Child; action?: Child }>
> = (props) => {
  const { title, total, page, pages, address, instead, action, children } = props;
  return (
    <>
      <section class="sect">
        <header>
          <h1>{title}</h1>
          {instead ? null : (
            <h2 class="sr">
              Page {page} of {pages}
            </h2>
          )}
          <span class="count">{count(total)}</span>
        </header>
        {action}
        {instead ?? children}
      </section>
      {pages > 1 ? <Pages page={page} pages={pages} address={address} /> : null}
    </>
  );
};

/** Which of several lists is shown. */
export const Tabs: FC<{ of: readonly { href: string; label: string; current: boolean }[] }> = ({ of }) => (
  <nav class="tabs" aria-label="Lists">
    {of.map(({ href, label, current }) => (
      <a href={href} aria-current={current ? "page" : undefined}>
        {label}
      </a>
    ))}
  </nav>
);

/** Says that there is nothing, and how there will be something. */
export const Empty: FC<PropsWithChildren<{ title: string; command?: string }>> = ({ title, command, children }) => (
  <div class="empty">
    <div class="flat" />
    <h2>{title}</h2>
    <p>{children}</p>
    {command ? <Command text={command} /> : null}
  </div>
);

/** The way from page to page. */
export const Pages: FC<PagingProps> = ({ page, pages, address: first }) => {
  const near: (number | undefined)[] = [];
  for (let n = 1; n <= pages; n++) {
    if (n === 1 || n === pages || Math.abs(n - page) <= 3) near.push(n);
    else if (near.at(-1) !== undefined) near.push(undefined);
  }
  const address = (n: number) => (n === 1 ? first : `${first}${first.includes("?") ? "&" : "?"}page=${n}`);
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? (
        <a href={address(page - 1)} rel="prev" aria-label="Previous page">
          ‹
        </a>
      ) : null}
      {near.map((n) =>
        n === undefined ? (
          <span>…</span>
        ) : (
          <a href={address(n)} aria-current={n === page ? "page" : undefined}>
            {n}
          </a>
        ),
      )}
      {page < pages ? (
        <a href={address(page + 1)} rel="next" aria-label="Next page">
          ›
        </a>
      ) : null}
    </nav>
  );
};
