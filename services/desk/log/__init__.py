"""Where records come from: a bus, or the files of a replay, followed into the read model."""
