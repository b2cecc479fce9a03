import { pathOf, routes, type Parameters } from '@monitor-server/contract';

/** The address of a route. */
export function linkTo(name: string, parameters: Parameters = {}): string {
  const route = routes.find((each) => each.name === name);
  if (route === undefined) throw new RangeError(`no such route: ${name}`);
  return pathOf(route, parameters);
}

/** Bars, as of a chart, in a square of 16 by 16. */
export const ICON_PATH = 'M1 9h3v6H1zm5-8h3v14H6zm5 5h3v9h-3z';

/** The icon of both pages, in a colour that shows on light and dark tabs. */
export const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1098ad" d="${ICON_PATH}"/></svg>`,
)}`;
