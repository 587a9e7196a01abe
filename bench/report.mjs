/** What the handlers of a benchmark do: nothing, but they are counted, and those that know when they were due say how late they start. */
let ran = 0
let told = 0
let late = []
let timer

/** Often enough to be exact to one per cent of a run of two seconds, and far from what a job costs. */
const TELL_MS = 20

/** One job has been started. @param payload - With `due_ms` (ms since epoch) where lateness counts. */
export function count(payload) {
  ran++
  if (payload?.due_ms !== undefined) late.push(Date.now() - payload.due_ms)
  timer ??= setInterval(tell, TELL_MS).unref()
}

/** The benchmark hears how many have run so far, and of all that it has not heard of yet how late they were (ms). */
function tell() {
  if (ran === told || !process.connected) return
  told = ran
  process.send({ ran, late })
  late = []
}
