"""A page of one use that asks the browser where the person is, for messengers that cannot ask themselves."""
