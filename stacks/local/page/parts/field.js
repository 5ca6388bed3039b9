import { html } from './dom.js'

/** A control under its name. @param {string} label @param {HTMLElement} control */
export const makeField = (label, control) =>
  html('label', { class: 'field' }, html('span', {}, label), control)
