; A log call as the first statement; a function that is no stub and does not begin with one.
(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (expression_statement
      (call
        function: (attribute
          object: [(identifier) @_logger (attribute attribute: (identifier) @_logger)]
          attribute: (identifier) @_level))))
  (#any-of? @_logger "logger" "log" "logging" "LOG" "LOGGER" "_logger" "_log" "_LOGGER")
  (#any-of? @_level "debug" "info" "warning" "error" "exception" "critical" "warn")) @present @excluded

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
