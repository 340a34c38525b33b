// @ts-check
import { isObject, words } from '../../model/reading.js';

/** The programs that made a result, with their versions. @param {any} tools */
export const toolsText = (tools) => (isObject(tools) ? Object.entries(tools).map(([name, version]) => `${name} ${words(version)}`.trim()).join(' · ') : '');
