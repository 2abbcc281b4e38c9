"""The read model: one disposable SQLite file, made from topics, with what pages ask for."""
