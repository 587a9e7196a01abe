/** For `--import`: a process whose wall clock is CHAOS_CLOCK_SHIFT_MS ahead. The monotonic clock and the timers stay. */
const TrueDate = Date
const shiftMs = Number(process.env.CHAOS_CLOCK_SHIFT_MS)
const now = () => TrueDate.now() + shiftMs

globalThis[Symbol.for('chaos.now')] = () => TrueDate.now()
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length > 0 ? given : [now()], newTarget),
  apply: () => new TrueDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name))
})
TrueDate.prototype.constructor = globalThis.Date
