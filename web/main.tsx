import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/pages.css'
import { App } from './app.js'
import { keepListening } from './live/events.js'
import { readSession } from './session.js'

void readSession()
keepListening()
render(<App />, document.getElementById('page')!)
