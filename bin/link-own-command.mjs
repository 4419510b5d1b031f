// After an install from a clone: puts our own command where `npx placet` looks first. npm links the commands of dependencies there, but not
// the project's own, and then npx would build a second copy of the project in its cache.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const commands = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
if (process.platform !== "win32") {
  mkdirSync(commands, { recursive: true });
  rmSync(`${commands}/placet`, { force: true });
  symlinkSync("../../bin/placet.mjs", `${commands}/placet`);
}
