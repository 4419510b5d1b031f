"""HiGHS, native, on a model: highs_native.py MODEL.json SECONDS. Prints what it finds and proves, when."""

import highspy
import numpy as np

from reading import Clock, arguments, done, read, say

THREADS = 2


def model_of(given):
    lp = highspy.HighsLp()
    infinity = highspy.kHighsInf
    lp.num_col_ = len(given["upper"])
    lp.num_row_ = len(given["low"])
    lp.col_cost_ = np.array(given["cost"], dtype=float)
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.array(given["upper"], dtype=float)
    lp.row_lower_ = np.array([-infinity if v is None else v for v in given["low"]], dtype=float)
    lp.row_upper_ = np.array([infinity if v is None else v for v in given["high"]], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(given["start"])
    lp.a_matrix_.index_ = np.array(given["index"])
    lp.a_matrix_.value_ = np.array(given["value"], dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    return lp


def main():
    path, limit = arguments()
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "threads": THREADS, "mip_rel_gap": 0.0, "time_limit": 8 * limit}.items():
        solver.setOptionValue(option, value)
    solver.passModel(model_of(read(path)))
    # Its branch and bound keeps one thread busy; the second only helps now and then.
    clock = Clock(1, limit)

    def stop(event):
        if clock.over():
            event.interrupt()

    def found(event):
        say("found", at=clock.seconds(), value=event.data_out.mip_primal_bound, bound=event.data_out.mip_dual_bound)

    for interrupt in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
        interrupt.subscribe(stop)
    for progress in (solver.cbMipImprovingSolution, solver.cbMipLogging):
        progress.subscribe(found)
    clock.start()
    solver.solve()
    info = solver.getInfo()
    status = solver.getModelStatus()
    has = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = solver.getSolution().col_value if has else None
    optimal = status == highspy.HighsModelStatus.kOptimal
    name = "optimal" if optimal else "infeasible" if status == highspy.HighsModelStatus.kInfeasible else "feasible" if has else "unknown"
    done(clock, name, info.objective_function_value if has else None, info.mip_dual_bound, values)


main()
