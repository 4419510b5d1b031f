// Two threads on one part: the answer is whole and the same again, and stopping the first ends both.
import { expect, test } from "vitest";
import { newBeside } from "../../runtime/beside-thread.ts";
import { assignment } from "../search/assignment.ts";

const problem = assignment({
  clusters: 2,
  jobs: 3,
  cost: [1, 2, 3, 3, 1, 1],
  weight: [1, 1, 1, 1, 1, 1],
  capacity: [2, 2],
});
const task = {
  problem,
  learnt: { cuts: [], limits: [], floors: [] },
  gap: 0,
  seed: 1,
  timeLimit: 10_000,
  countsSteps: true,
};

test("a thread proves its answer, and says after how much work", async () => {
  const running = newBeside(() => false)(task);
  // Waits until that can be said: a small problem is proven long before.
  expect(running.provenWithin(5_000)).toBe(true);
  expect(running.provenWithin(0)).toBe(false);
  expect(await running.answer()).toMatchObject({
    status: "optimal",
    objective: [{ name: "cost", value: 3, bound: 3 }],
  });
}, 30_000);

test("who is told to stop does not wait", () => {
  const running = newBeside(() => true)({ ...task, timeLimit: 1 });
  const started = performance.now();
  running.provenWithin(1e9);
  expect(performance.now() - started).toBeLessThan(2_000);
  running.drop();
});
