export function bundlePlayer(
  entry?: string,
  format?: "iife" | "esm",
  minify?: boolean,
): Promise<{ script: string; modules: string[] }>;
