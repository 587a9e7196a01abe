// Before the first paint, so that a dark page does not flash white. The page itself changes the theme later.
try {
  const theme = localStorage.getItem('duly.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden: then the system decides.
}
