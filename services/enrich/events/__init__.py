"""Which stories tell of one happening, and which happenings follow from each other."""
