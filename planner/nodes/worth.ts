// What the kube-scheduler's scores by resources say of a node: NodeResourcesFit (LeastAllocated) and NodeResourcesBalancedAllocation, by cpu
// and memory, as version 1.36 counts them. It must not know filters, other scores or how often it is asked.

/** Requests on one node in milli-CPU and bytes: as they are, and with what counts for pods that ask for nothing. */
export interface Asked {
  readonly cpu: number;
  readonly memory: number;
  readonly countedCpu: number;
  readonly countedMemory: number;
}

/**
 * Both scores together, 0 to 200.
 * @param ofCpu,ofMemory allocatable; 0 where unknown.
 * @param cpu,memory requests on the node as they are; countedCpu, countedMemory: as LeastAllocated counts them.
 */
export function worth(
  ofCpu: number,
  ofMemory: number,
  cpu: number,
  memory: number,
  countedCpu: number,
  countedMemory: number,
  more: Asked,
): number {
  const parts = (ofCpu > 0 ? 1 : 0) + (ofMemory > 0 ? 1 : 0);
  if (parts === 0) return 0;
  const room = least(countedCpu + more.countedCpu, ofCpu) + least(countedMemory + more.countedMemory, ofMemory);
  // A pod that asks for nothing balances nothing.
  if (more.cpu === 0 && more.memory === 0) return Math.floor(room / parts);
  const balance = even(cpu + more.cpu, memory + more.memory, ofCpu, ofMemory) - even(cpu, memory, ofCpu, ofMemory);
  return Math.floor(room / parts) + 50 + Math.floor((50 + balance) / 2);
}

/** Percent of a capacity that is left. */
const least = (requested: number, capacity: number): number =>
  capacity === 0 || requested > capacity ? 0 : Math.floor(((capacity - requested) * 100) / capacity);

/** 100 where cpu and memory are used to equal shares, down to 50. */
function even(cpu: number, memory: number, ofCpu: number, ofMemory: number): number {
  if (ofCpu === 0 || ofMemory === 0) return 100;
  const apart = Math.abs((Math.min(1, cpu / ofCpu) - Math.min(1, memory / ofMemory)) / 2);
  return Math.floor((1 - apart) * 100);
}
