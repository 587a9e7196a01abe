/** The door to the timeline. */
export { PRIORITIES } from './keys.js'
export { isAboutAKey, SpoiltTimeline } from './spoilt.js'
export { openRedis, type RedisClient, type RedisUse } from './redis.js'
export { isId, type Take, type Taken, Timeline, type Window } from './timeline.js'
export { type Changed, type Changes, MAX_TOLD, Teller } from './teller.js'
export { listenForChanges, listenForWakeUps, type WakeUps } from './wake-ups.js'
