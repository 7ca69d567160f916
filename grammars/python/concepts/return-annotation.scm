; A return type; a function without one.
(function_definition return_type: (_)) @present

(function_definition !return_type) @applicable
