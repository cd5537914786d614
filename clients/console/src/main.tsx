import { render } from 'preact';
import './style/index.css';
import { App } from './shell/App.tsx';
import { begin } from './session.ts';
import { listenForKeys } from './shortcuts.ts';
import { applyTheme } from './theme.ts';

applyTheme();
begin();
listenForKeys();
render(<App />, document.getElementById('app')!);
