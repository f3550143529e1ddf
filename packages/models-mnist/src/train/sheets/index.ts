export type { Drawing } from './drawing.js';
export type { Moment, Sheet, SheetRow, SheetSource } from './sheet.js';
