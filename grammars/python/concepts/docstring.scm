; A string as the first statement; a function without one.
(function_definition
  body: (block . (expression_statement [(string) (concatenated_string)]))) @present @excluded

(function_definition) @applicable
