// Before the first paint, so that whoever chose dark never sees a flash of light.
{
  let theme = null;
  try {
    theme = localStorage.getItem('opcx-theme');
  } catch {
    // Storage is forbidden: the system's choice holds.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
