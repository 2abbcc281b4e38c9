"""Stories on a terminal: the top ones, one whole, what comes; and in the forms in which records travel."""
