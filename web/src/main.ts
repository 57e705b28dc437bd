import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { PAGES } from './pages/list';

// The page that is asked for comes over the wire while the frame is drawn.
void PAGES.find((page) => page.at === location.pathname.split('/')[1])?.load();

const target = document.querySelector('#page');
if (target !== null) mount(App, { target });
