"""CP-SAT with two workers on a model: cp_sat.py MODEL.json SECONDS. Prints what it finds and proves, when."""

import threading

from ortools.sat.python import cp_model

from reading import Clock, arguments, done, read, say

WORKERS = 2


class Found(cp_model.CpSolverSolutionCallback):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        self.best = None

    def on_solution_callback(self):
        self.best = self.objective_value
        say("found", at=self.clock.seconds(), value=self.best, bound=self.best_objective_bound)


def main():
    path, limit = arguments()
    given = read(path)
    model = cp_model.CpModel()
    columns = [model.new_int_var(0, upper, "") for upper in given["upper"]]
    for r, start in enumerate(given["start"][:-1]):
        span = slice(start, given["start"][r + 1])
        total = cp_model.LinearExpr.weighted_sum([columns[j] for j in given["index"][span]], given["value"][span])
        low, high = given["low"][r], given["high"][r]
        if low is not None and low == high:
            model.add(total == low)
        elif low is None:
            model.add(total <= high)
        else:
            model.add(total >= low)
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, given["cost"]))

    clock = Clock(WORKERS, limit)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = 8 * limit
    found = Found(clock)

    def bounded(bound):
        say("bound", at=clock.seconds(), value=found.best, bound=bound)

    solver.best_bound_callback = bounded
    ended = threading.Event()

    def watch():
        while not ended.wait(0.1):
            if clock.over():
                solver.stop_search()

    threading.Thread(target=watch, daemon=True).start()
    clock.start()
    status = solver.solve(model, found)
    ended.set()
    has = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    values = [solver.value(column) for column in columns] if has else None
    name = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible", cp_model.INFEASIBLE: "infeasible"}.get(status, "unknown")
    done(clock, name, solver.objective_value if has else None, solver.best_objective_bound, values)


main()
