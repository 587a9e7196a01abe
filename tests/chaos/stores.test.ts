/** Chaos in the stores, and on the ways to them. */
import { STORE_ROWS } from './rows/index.js'
import { testShort } from './short.js'

testShort(STORE_ROWS)
