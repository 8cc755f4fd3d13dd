/** One self-contained HTML page per run. */
export type { Fact, LayerCost, ReportData, TensorPage, TradeOffPoint } from './data.js';
export { renderReport } from './page.js';
