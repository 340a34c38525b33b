// @ts-check
import { writeQuery } from '../model/filter.js';
import { writeSort } from '../model/sorting.js';

/** @param {import('../model/store.js').Store} store @param {string} job */
const link = ({ filter, sort }, job) => location.pathname + writeQuery({ filter, sort: writeSort(sort), job });

/** The address bar: whoever gets the link sees the same. */
export class Location {
  /** @param {import('../model/store.js').Store} store @param {string} job */
  replace(store, job) {
    history.replaceState(null, '', link(store, job));
  }

  /** A place to come Back from. @param {import('../model/store.js').Store} store @param {string} job */
  push(store, job) {
    history.pushState(null, '', link(store, job));
  }
}
