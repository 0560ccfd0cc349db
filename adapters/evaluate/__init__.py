"""`drrc evaluate`: how well the product does on collections of cases, measured through its own doors."""
