import type { Chart } from './written.ts'

export const drawChart = (_chart: Omit<Chart, 'svg'>): string => ''
