// Paths in `.intent` files are relative to the file that names them. It must not know whether they exist.

/**
 * The path below the project's root that `path`, written in `fromFile`, means. What leaves the root keeps its leading `..`, and what
 * is absolute its `/`, so that the host answers `outside`.
 */
export function pathFrom(fromFile: string, path: string): string {
  if (path.startsWith("/")) return path;
  const steps = fromFile.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else steps.push(step);
  }
  return steps.length === 0 ? "." : steps.join("/");
}
