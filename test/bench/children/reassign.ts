// Rebalances one instance in a process of its own: `reassign.ts NAME SECONDS`; says what it reached and when, as lines of JSON. It must not know
// what others reach.
import { rebalance } from "../../../planner/rebalance/index.ts";
import { reassignmentNamed } from "../instances/machine-reassignment.ts";

const [name = "", seconds = "60"] = process.argv.slice(2);
const { reassignment } = reassignmentNamed(name);
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const start = cpu();
let told = 0;
const found = rebalance(reassignment, {
  now: () => cpu() - start,
  milliseconds: Number(seconds) * 1000,
  onBetter: (total) => {
    const at = (cpu() - start) / 1000;
    if (at < told + 0.5) return;
    told = at;
    console.log(JSON.stringify({ kind: "better", at, total }));
  },
});
console.log(JSON.stringify({ kind: "done", at: (cpu() - start) / 1000, ...found }));
