"""The Train page's parts: the form, the run that is followed, what is done to it."""
