/** Chaos in the processes of Duly, and of its clients. */
import { PROCESS_ROWS } from './rows/index.js'
import { testShort } from './short.js'

testShort(PROCESS_ROWS)
