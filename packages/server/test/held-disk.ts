import { openDiskStore } from "../src/files/disk.js";
import type { FileStore } from "../src/files/files.js";

/** A real disk in `folder` that takes nothing until it is let. */
export async function heldDisk(folder: string): Promise<{ files: FileStore; open: () => void }> {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const disk = await openDiskStore(folder);
  const files: FileStore = Object.assign(Object.create(disk) as FileStore, {
    put: async (key: string, path: string) => {
      await opened;
      return disk.put(key, path);
    },
  });
  return { files, open };
}
