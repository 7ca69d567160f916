; A difference to a moment before; a function that reads no clock.
(binary_operator
  left: (call function: [(attribute attribute: (identifier) @_clock) (identifier) @_clock])
  operator: "-"
  (#any-of? @_clock "perf_counter" "monotonic" "time")) @present

(function_definition) @applicable

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded

(attribute attribute: (identifier) @blocked (#any-of? @blocked "perf_counter" "monotonic" "time"))

((identifier) @blocked (#eq? @blocked "start"))

[(yield) (global_statement) (nonlocal_statement)] @blocked
