; A test for None by identity; a test for None by equality.
(comparison_operator . (_) ["is" "is not"] (none) .) @present

(comparison_operator . (_) ["==" "!="] (none) .) @applicable
