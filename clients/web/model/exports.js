// @ts-check

/** The server hands a result out in several forms: where each is.
 * @param {'analyses' | 'samples'} kind @param {string} id
 * @returns {(file: string, query?: Record<string, string>) => string} the address of a file such as `report.html` */
export const exportsOf = (kind, id) => (file, query) => `/data/${kind}/${encodeURIComponent(id)}/${file}${query ? `?${new URLSearchParams(query)}` : ''}`;

/** Which viruses were found in which samples. @param {'html' | 'tsv' | 'json'} format @param {'wide' | 'long'} [layout] */
export const findingsPath = (format, layout) => `/data/findings.${format}${layout ? `?layout=${layout}` : ''}`;

// Of nucleotides in the databases of the INSDC, and in RefSeq; the server's reports know the same forms.
const ACCESSION = /^(?:[A-Z]\d{5}|[A-Z]{2}(?:\d{6}|\d{8})|[A-Z]{4}\d{8,10}|[A-Z]{6}\d{9,11}|(?:AC|N[CGMRTWZ]|X[MR])_\d{6,12})(?:\.\d{1,3})?$/;

/** Where NCBI shows a sequence; null for a text that has not the form of an accession. @param {string} id */
export const accessionLink = (id) => (ACCESSION.test(id) ? `https://www.ncbi.nlm.nih.gov/nuccore/${id}` : null);
