"""`newsfold refold`: an archive through everything, an engine beside the one process that decides."""
