; A log message at level info of one value; a print of one value.
(call
  function: (attribute object: (identifier) @_logger attribute: (identifier) @_level)
  arguments: (argument_list . (_) .)
  (#any-of? @_logger "logger" "log" "logging" "LOG" "LOGGER" "_logger" "_log" "_LOGGER")
  (#eq? @_level "info")) @present

(call
  function: (identifier) @_print
  arguments: (argument_list . (_) @_value .)
  (#eq? @_print "print")
  (#not-match? @_value "^(\\*|\\w+=[^=])")) @applicable

(call function: (identifier) @_print arguments: (generator_expression) (#eq? @_print "print")) @applicable
