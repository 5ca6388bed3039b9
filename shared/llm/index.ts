export { complete, type Llm, LlmError, llmOf, type Message } from './complete.ts'
