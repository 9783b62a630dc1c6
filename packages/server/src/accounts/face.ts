import { createHash } from "node:crypto";

/** A symmetrical picture of five by five cells that belongs to a user: an SVG path in a view of `-1 -1 7 7`. */
export function facePath(userId: number): string {
  const bits = createHash("sha256").update(`face ${userId}`).digest();
  let path = "";
  for (let row = 0; row < 5; row++) {
    for (let col = 0; col < 3; col++) {
      if (bits[row * 3 + col]! % 2 === 0) continue;
      path += `M${col} ${row}h1v1h-1z`;
      if (col < 2) path += `M${4 - col} ${row}h1v1h-1z`;
    }
  }
  return path || "M2 2h1v1h-1z";
}

/** The same as a file of its own. */
export function avatarSvg(userId: number): string {
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 7 7" width="128" height="128">' +
    `<rect x="-1" y="-1" width="7" height="7" fill="#e9eeef"/><path d="${facePath(userId)}" fill="#45545c"/></svg>`
  );
}
