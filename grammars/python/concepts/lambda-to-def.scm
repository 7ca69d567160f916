; An undecorated function inside the function that only returns a value; a lambda that gets a name.
(block
  (function_definition name: (identifier) @present !return_type body: (block . (return_statement (_)) .)))

(assignment left: (identifier) !type right: (lambda)) @applicable
