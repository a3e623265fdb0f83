/** The theme, read again when the editor changes it. */
import { useEffect, useState } from 'preact/hooks';
import { onThemeChange, readTheme, type Theme } from './theme';

export function useTheme(): Theme {
  const [theme, setTheme] = useState(() => readTheme());
  useEffect(() => onThemeChange(() => setTheme(readTheme())), []);
  return theme;
}
