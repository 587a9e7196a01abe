/** Asks for a key when the API does. The key goes to the API once; the browser keeps a cookie that scripts cannot read. */
import { useState } from 'preact/hooks'
import type { Trouble } from '../api.js'
import { Dialog } from '../parts/dialog.js'
import { troubleOf } from '../parts/toast.js'
import { isMissing, TroubleBox } from '../parts/trouble.js'
import { isAskingForKey, logIn } from '../session.js'

export function Login() {
  const [key, setKey] = useState('')
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isSending, setSending] = useState(false)
  const submit = async () => {
    setSending(true)
    setTrouble(null)
    try {
      await logIn(key.trim())
    } catch (error) {
      setTrouble(troubleOf(error))
    }
    setSending(false)
  }
  return (
    <Dialog title="Log in" onClose={() => { isAskingForKey.value = false }}>
      <form onSubmit={(event) => { event.preventDefault(); void submit() }}>
        <div class="dialog-body">
          <p>This API asks for a key. One with the scope <code>read</code> shows everything; <code>write</code> and <code>admin</code> also act.</p>
          <label class="field">
            <span>API key</span>
            <input type="password" autoComplete="current-password" required value={key} onInput={({ currentTarget }) => setKey(currentTarget.value)} placeholder="duly_…" />
          </label>
          {trouble && (isMissing(trouble) ? <p class="muted">This server takes keys only in requests of programs; it has no login for this page.</p> : <TroubleBox trouble={trouble} />)}
        </div>
        <div class="dialog-foot">
          <button type="submit" class="primary" disabled={isSending || key.trim() === ''}>Log in</button>
        </div>
      </form>
    </Dialog>
  )
}
