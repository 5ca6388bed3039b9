import { compareValues } from '../database/collation.ts'
import type { Column, SqlType, Value } from '../tds/types.ts'
import { convert } from './convert.ts'
import type { Condition, Expression, Selected } from './parse-expression.ts'

/** The columns that expressions may name. @throws SqlError 207 where there is none of the name */
export type Scope<Row> = (name: string) => { type: SqlType; nullable: boolean; read(row: Row): Value }

type Parameters = (name: string) => Value

type Evaluated<Row> = { type: SqlType; nullable: boolean; read(row: Row): Value }

const PARAMETER_TYPE: SqlType = { name: 'nvarchar', length: 4000 }

export function compileExpression<Row>(
  expression: Expression,
  scope: Scope<Row>,
  parameter: Parameters,
): Evaluated<Row> {
  switch (expression.kind) {
    case 'column':
      return scope(expression.name)
    case 'parameter': {
      const value = parameter(expression.name)
      return { type: PARAMETER_TYPE, nullable: true, read: () => value }
    }
    case 'convert': {
      const { type, style } = expression
      const of = compileExpression(expression.of, scope, parameter)
      if (expression.of.kind === 'parameter') {
        const converted = convert(type, parameter(expression.of.name), of.type, style)
        return { type, nullable: true, read: () => converted }
      }
      return { type, nullable: true, read: row => convert(type, of.read(row), of.type, style) }
    }
  }
}

/** @returns the columns of an answer, and what reads a row of it */
export function compileSelected<Row>(
  selected: readonly Selected[],
  scope: Scope<Row>,
  parameter: Parameters,
): { columns: Column[]; read(row: Row): Value[] } {
  const compiled = selected.map(({ expression }) => compileExpression(expression, scope, parameter))
  return {
    columns: compiled.map(({ type, nullable }, index) => ({
      name: selected[index]?.name ?? '',
      type,
      nullable,
    })),
    read: row => compiled.map(({ read }) => read(row)),
  }
}

/** A comparison with null is never true. */
export function compileCondition<Row>(
  condition: Condition,
  scope: Scope<Row>,
  parameter: Parameters,
): (row: Row) => boolean {
  if (condition.kind !== 'compare') {
    const parts = condition.of.map(part => compileCondition(part, scope, parameter))
    return condition.kind === 'and'
      ? row => parts.every(holds => holds(row))
      : row => parts.some(holds => holds(row))
  }
  const left = compileExpression(condition.left, scope, parameter)
  const right = compileExpression(condition.right, scope, parameter)
  const holds = COMPARISONS[condition.operator]
  return row => {
    const a = left.read(row)
    const b = right.read(row)
    return a !== null && b !== null && holds(compareValues(left.type, a, b))
  }
}

const COMPARISONS = {
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
  '=': (order: number) => order === 0,
  '<=': (order: number) => order <= 0,
  '<': (order: number) => order < 0,
}

/** @returns how `order by` these compares rows */
export function compileOrder<Row>(
  selected: readonly Selected[],
  scope: Scope<Row>,
  parameter: Parameters,
): (a: Row, b: Row) => number {
  const along = selected.map(({ expression }) => compileExpression(expression, scope, parameter))
  return (a, b) => {
    for (const { type, read } of along) {
      const order = compareValues(type, read(a), read(b))
      if (order !== 0) return order
    }
    return 0
  }
}
